/** The console as a whole: who is signed in, what is open, what was last said. */
import { createContext } from 'svelte';
import { Drafts } from './conversation/drafts.ts';
import type { Place } from './conversation/pieces.ts';
import { converses } from './conversation/rights.ts';
import { type ListName, neighbour } from './conversation/rows.ts';
import { get, send } from './live/api.ts';
import { Live } from './live/live.svelte.ts';
import { isNotConnected } from './live/socket.ts';
import { Clock } from './navigation/clock.svelte.ts';
import { Router } from './navigation/router.svelte.ts';
import type { Archive, Me, Problem, Row } from './protocol.ts';
import { Edits } from './site/edits.ts';
import { Speech } from './words/words.svelte.ts';

export type Session =
  | { readonly is: 'asking' }
  | { readonly is: 'unreachable' }
  | { readonly is: 'in'; readonly me: Me }
  | { readonly is: 'out'; readonly why: 'start' | 'expired' | 'left' };

export type OpenDialog =
  | { readonly is: 'transfer' | 'assign' | 'close'; readonly conversation: string }
  /** `place` where it was selected already; else the words are offered one by one. */
  | {
      readonly is: 'redact';
      readonly conversation: string;
      readonly number: number;
      readonly field: string | null;
      readonly place: Place | null;
    }
  | { readonly is: 'help' | 'everything' | 'sign_out' };

/** What the composer is asked to do from elsewhere; it answers by focusing. */
export type ComposerWish = { readonly conversation: string; readonly mode: 'reply' | 'note' } | null;

const NOTICE_MILLISECONDS = 6000;

export class Console {
  readonly speech = new Speech();
  readonly router = new Router();
  readonly clock = new Clock();
  readonly drafts = new Drafts();
  readonly edits = new Edits();
  session = $state.raw<Session>({ is: 'asking' });
  live = $state.raw<Live | null>(null);
  /** What this person may do with past conversations; unset where nobody of their role may anything. */
  archive = $state.raw<Archive | null>(null);
  dialog = $state.raw<OpenDialog | null>(null);
  notice = $state.raw<{ readonly text: string; readonly isProblem: boolean } | null>(null);
  list = $state<ListName>('waiting');
  /** The row that `j` and `k` stand on; it is not open until Enter. */
  cursor = $state<string | null>(null);
  hasDetails = $state(matchMedia('(min-width: 1200px)').matches);
  wish = $state.raw<ComposerWish>(null);
  #person: string | null = null;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  get t() {
    return this.speech.t;
  }

  /** Our best idea of the server's clock. */
  get now(): number {
    return this.clock.now + (this.live?.ahead ?? 0);
  }

  async start(): Promise<void> {
    const reply = await get<Me>('/api/me');
    if (reply.ok) this.#enter(reply.body);
    else if (reply.problem.code === 'signed_out') this.session = { is: 'out', why: 'start' };
    else {
      this.session = { is: 'unreachable' };
      setTimeout(() => {
        if (this.session.is === 'unreachable') void this.start();
      }, 5000);
    }
  }

  async signIn(name: string, password: string): Promise<Problem | null> {
    const reply = await send<Me>('POST', '/api/sign-in', { name, password });
    if (!reply.ok) return reply.problem;
    this.#enter(reply.body);
    return null;
  }

  async signOut(): Promise<void> {
    this.live?.stop();
    this.live = null;
    this.drafts.forgetAll();
    this.edits.forgetAll();
    this.dialog = null;
    await send<null>('POST', '/api/sign-out', {});
    this.session = { is: 'out', why: 'left' };
  }

  /** The same person coming back finds drafts and unsent messages; another finds none. */
  #enter(me: Me): void {
    if (this.#person !== me.id || this.live === null) {
      if (this.#person !== null && this.#person !== me.id) {
        this.drafts.forgetAll();
        this.edits.forgetAll();
      }
      this.live?.stop();
      this.live = new Live(me, () => {
        this.session = { is: 'out', why: 'expired' };
      });
    }
    this.#person = me.id;
    this.live.start();
    this.session = { is: 'in', me };
    this.archive = null;
    void this.readArchive();
  }

  async readArchive(): Promise<Problem | null> {
    if (this.live === null || !converses(this.live.me)) return null;
    const reply = await get<Archive>('/api/archive');
    if (!reply.ok) return reply.problem;
    this.archive = reply.body;
    return null;
  }

  say(text: string, isProblem = false): void {
    clearTimeout(this.#noticeTimer);
    this.notice = { text, isProblem };
    this.#noticeTimer = setTimeout(() => {
      this.notice = null;
    }, NOTICE_MILLISECONDS);
  }

  sayProblem(problem: Problem): void {
    this.say(this.problemText(problem), true);
  }

  problemText(problem: Problem): string {
    if (isNotConnected(problem)) return this.t.connection.offline;
    if (problem.code === 'accepted_by' && problem.accepted_by != null) return this.t.notices.acceptedBy(problem.accepted_by);
    return this.t.problems[problem.code];
  }

  /** A row's name on the screen: the shown name, or the reference. */
  nameOf(row: Row): string {
    return row.visitor_name != null && row.visitor_name !== '' ? row.visitor_name : row.reference;
  }

  get shown(): readonly Row[] {
    return this.live?.lists[this.list] ?? [];
  }

  step(by: 1 | -1): void {
    this.cursor = neighbour(this.shown, this.cursor ?? this.openId, by);
  }

  get openId(): string | null {
    const { route } = this.router;
    return route.at === 'conversations' ? route.conversation : null;
  }

  openConversation(id: string | null): void {
    if (id !== null) this.cursor = id;
    this.router.go({ at: 'conversations', conversation: id });
  }

  /**
   * What the keys act on: the row that has the focus, else the open conversation.
   * A cursor left behind in the list must not close what nobody looks at.
   */
  get meant(): string | null {
    if (this.router.route.at !== 'conversations') return null;
    const isOnRow = this.cursor !== null && document.activeElement?.id === `row-${this.cursor}`;
    return isOnRow ? this.cursor : (this.openId ?? this.cursor);
  }

  async accept(id: string): Promise<void> {
    const row = this.live?.row(id);
    if (this.live == null || row == null || row.state !== 'waiting') return;
    const answer = await this.live.accept(id);
    if (!answer.ok) {
      this.sayProblem(answer.problem);
      return;
    }
    this.list = 'mine';
    this.say(this.t.notices.accepted(this.nameOf(row)));
    this.openConversation(id);
    this.write(id, 'reply');
  }

  async reopen(id: string): Promise<void> {
    const answer = await this.live?.reopen(id);
    if (answer === undefined) return;
    if (answer.ok) this.say(this.t.notices.reopened);
    else this.sayProblem(answer.problem);
  }

  write(conversation: string, mode: 'reply' | 'note'): void {
    if (this.openId !== conversation) this.openConversation(conversation);
    this.wish = { conversation, mode };
  }
}

export const [getConsole, setConsole] = createContext<Console>();
