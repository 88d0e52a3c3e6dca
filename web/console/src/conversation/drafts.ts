/**
 * What was typed and not sent, by conversation and mode. In memory only: a
 * draft is content, and the browser keeps none.
 */
export type Mode = 'reply' | 'note';

export class Drafts {
  readonly #texts = new Map<string, string>();
  readonly #modes = new Map<string, Mode>();

  text(conversation: string, mode: Mode): string {
    return this.#texts.get(`${mode} ${conversation}`) ?? '';
  }

  keep(conversation: string, mode: Mode, text: string): void {
    if (text === '') this.#texts.delete(`${mode} ${conversation}`);
    else this.#texts.set(`${mode} ${conversation}`, text);
  }

  mode(conversation: string): Mode {
    return this.#modes.get(conversation) ?? 'reply';
  }

  choose(conversation: string, mode: Mode): void {
    this.#modes.set(conversation, mode);
  }

  /** Someone else signed in, or the person left for good. */
  forgetAll(): void {
    this.#texts.clear();
    this.#modes.clear();
  }

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }
}
