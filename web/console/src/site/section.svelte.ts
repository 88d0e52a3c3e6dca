/** One settings section being edited: read, changed here, saved under the version that it was read at. */
import { get, send } from '../live/api.ts';
import type { Problem, Section } from '../protocol.ts';
import { merged } from './merge.ts';

export type SaveState = 'reading' | 'unreadable' | 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict';

export class SectionEdit {
  readonly name: string;
  state = $state<SaveState>('reading');
  value = $state<unknown>(null);
  problem = $state.raw<Problem | null>(null);
  savedAt = $state(0);
  /** After a conflict: fields that both changed, and the other's whole value. */
  clashes = $state.raw<readonly string[]>([]);
  theirs = $state.raw<unknown>(null);
  #version = 0;
  #stored = '';

  constructor(name: string) {
    this.name = name;
  }

  async read(): Promise<void> {
    const reply = await get<Section>(`/api/settings/${this.name}`);
    if (reply.ok) this.#adopt(reply.body);
    else {
      this.problem = reply.problem;
      this.state = 'unreadable';
    }
  }

  #adopt(section: Section): void {
    this.#version = section.version;
    this.value = section.value;
    this.#stored = JSON.stringify(section.value);
    this.problem = null;
    this.state = 'saved';
  }

  /** Called after each change: back to what is stored counts as saved. */
  touched(): void {
    if (this.state === 'saving' || this.state === 'reading') return;
    const isSame = JSON.stringify(this.value) === this.#stored;
    if (isSame) this.state = 'saved';
    else if (this.state === 'saved') this.state = 'unsaved';
  }

  discard(): void {
    this.value = JSON.parse(this.#stored) as unknown;
    this.problem = null;
    this.state = 'saved';
  }

  /** Someone else saved meanwhile: their changes come into the edit, and the person looks before saving again. */
  async save(): Promise<void> {
    this.state = 'saving';
    const reply = await send<Section>('PUT', `/api/settings/${this.name}`, { version: this.#version, value: this.value });
    if (reply.ok) {
      this.#adopt(reply.body);
      this.savedAt = Date.now();
    } else if (reply.problem.status === 409) {
      const theirs = await get<Section>(`/api/settings/${this.name}`);
      if (theirs.ok) {
        const { value, clashes } = merged(JSON.parse(this.#stored), $state.snapshot(this.value), theirs.body.value);
        this.#version = theirs.body.version;
        this.#stored = JSON.stringify(theirs.body.value);
        this.value = value;
        this.clashes = clashes;
        this.theirs = theirs.body.value;
      }
      this.problem = reply.problem;
      this.state = 'conflict';
    } else {
      this.problem = reply.problem;
      this.state = 'failed';
    }
  }
}
