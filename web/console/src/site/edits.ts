/** The sections being edited, so that an edit which was not saved is found again after leaving the screen. */
import { SectionEdit } from './section.svelte.ts';

export class Edits {
  readonly #edits = new Map<string, SectionEdit>();

  of(name: string): SectionEdit {
    const kept = this.#edits.get(name);
    if (kept !== undefined && kept.state !== 'saved' && kept.state !== 'unreadable') return kept;
    const fresh = new SectionEdit(name);
    this.#edits.set(name, fresh);
    void fresh.read();
    return fresh;
  }

  forgetAll(): void {
    this.#edits.clear();
  }
}
