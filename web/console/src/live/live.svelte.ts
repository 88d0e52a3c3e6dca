/**
 * Everything that the socket tells and takes, as the screens read it: lists,
 * colleagues and the threads that are open.
 */
import { SvelteMap } from 'svelte/reactivity';
import { clientId } from '../../../shared/src/random.ts';
import type { Selected } from '../conversation/selection.ts';
import { type Lists, NO_ROWS, type Rows, lists, withRows } from '../conversation/rows.ts';
import { EMPTY, type Outgoing, type Thread } from '../conversation/thread.ts';
import * as thread from '../conversation/thread.ts';
import type { AgentFrame, AgentVerb, Availability, Colleague, Department, Disposition, Me, Problem, Row, Ticket, To } from '../protocol.ts';
import { send } from './api.ts';
import { AgentSocket, type Answer, type SocketState, type TicketAnswer, isNotConnected } from './socket.ts';

export class Live {
  state = $state<SocketState>('connecting');
  wasLive = $state(false);
  me = $state.raw<Me>(null as never);
  availability = $state<Availability>('away');
  capacity = $state(0);
  practice = $state(false);
  departments = $state.raw<readonly Department[]>([]);
  dispositions = $state.raw<readonly Disposition[]>([]);
  colleagues = $state.raw<readonly Colleague[]>([]);
  rows = $state.raw<Rows>(NO_ROWS);
  /** Whether the lists came at least once: before that, an empty list is not yet "nobody". */
  hasRows = $state(false);
  /** How far the server's clock is ahead of ours, in milliseconds. */
  ahead = $state(0);
  readonly lists: Lists = $derived(lists(this.rows, this.me));

  readonly #threads = new SvelteMap<string, Thread>();
  readonly #problems = new SvelteMap<string, Problem>();
  readonly #opened = new SvelteMap<string, 'asked' | 'open'>();
  readonly #socket: AgentSocket;
  #isWhole = true;

  constructor(me: Me, onSignedOut: () => void) {
    this.me = me;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live/agent`;
    this.#socket = new AgentSocket(url, ticket, {
      frame: (frame) => this.#take(frame),
      state: (state) => {
        this.state = state;
        if (state === 'live') this.wasLive = true;
      },
      signedOut: onSignedOut,
    });
  }

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  hurry(): void {
    this.#socket.hurry();
  }

  thread(conversation: string): Thread {
    return this.#threads.get(conversation) ?? EMPTY;
  }

  row(conversation: string): Row | null {
    return this.rows.get(conversation) ?? null;
  }

  /** Why it could not be opened. */
  openProblem(conversation: string): Problem | null {
    return this.#problems.get(conversation) ?? null;
  }

  isOpening(conversation: string): boolean {
    return this.#opened.get(conversation) !== 'open' && this.thread(conversation).last === 0;
  }

  departmentName(id: string): string {
    return this.departments.find((one) => one.id === id)?.name ?? id;
  }

  dispositionName(code: string): string {
    return this.dispositions.find((one) => one.code === code)?.name ?? code;
  }

  get hasUnsent(): boolean {
    return [...this.#threads.values()].some((one) => one.outgoing.length > 0);
  }

  /** An audited look. A connection that was lost ended it, so each new one looks again. */
  async open(conversation: string): Promise<void> {
    this.#problems.delete(conversation);
    this.#opened.set(conversation, 'asked');
    const answer = await this.ask({ open: { conversation, after: this.thread(conversation).last } });
    if (answer.ok) {
      if (this.#opened.has(conversation)) this.#opened.set(conversation, 'open');
    } else if (!isNotConnected(answer.problem)) {
      this.#opened.delete(conversation);
      this.#problems.set(conversation, answer.problem);
    }
  }

  /** The look is over: words that were read are let go, words that were written and not sent are kept. */
  leave(conversation: string): void {
    if (this.#opened.delete(conversation)) void this.ask({ leave: { conversation } });
    this.#problems.delete(conversation);
    const left = thread.withoutWords(this.thread(conversation));
    if (left.outgoing.length > 0) this.#threads.set(conversation, { ...left, last: 0 });
    else this.#threads.delete(conversation);
  }

  async ask(verb: AgentVerb): Promise<Answer> {
    const answer = await this.#socket.ask(verb);
    if (answer.ok) this.ahead = answer.at - Date.now();
    return answer;
  }

  async setAvailability(availability: Availability): Promise<Answer> {
    const before = this.availability;
    this.availability = availability;
    const answer = await this.ask({ set_availability: { availability } });
    if (!answer.ok) this.availability = before;
    return answer;
  }

  accept(conversation: string): Promise<Answer> {
    return this.ask({ accept: { conversation } });
  }

  assign(conversation: string, agent: string): Promise<Answer> {
    return this.ask({ assign: { conversation, agent } });
  }

  transfer(conversation: string, to: To): Promise<Answer> {
    return this.ask({ transfer: { conversation, to } });
  }

  close(conversation: string, disposition: string | null): Promise<Answer> {
    return this.ask({ close: { conversation, disposition } });
  }

  reopen(conversation: string): Promise<Answer> {
    return this.ask({ reopen: { conversation } });
  }

  /** Shown at once as sending; it stays until the server acknowledged or refused it. */
  write(conversation: string, kind: Outgoing['kind'], text: string): void {
    const one: Outgoing = { clientId: clientId(), kind, text, at: Date.now() + this.ahead, problem: null };
    this.#change(conversation, (now) => thread.withOutgoing(now, one));
    void this.#post(conversation, one);
  }

  again(conversation: string, clientId: string): void {
    const one = this.thread(conversation).outgoing.find((other) => other.clientId === clientId);
    if (one === undefined) return;
    const retried = { ...one, problem: null };
    this.#change(conversation, (now) => thread.withOutgoing(now, retried));
    void this.#post(conversation, retried);
  }

  discard(conversation: string, clientId: string): void {
    this.#change(conversation, (now) => thread.withoutOutgoing(now, clientId));
  }

  correct(conversation: string, number: number, text: string): Promise<Answer> {
    return this.ask({ correct: { conversation, client_id: clientId(), number, text } });
  }

  /** For good, and everywhere; a resend after a lost answer needs the same client id. */
  redact(conversation: string, clientId: string, { number, field, start, end }: Selected): Promise<Answer> {
    return this.ask({ redact: { conversation, client_id: clientId, number, field, start, end } });
  }

  typing(conversation: string, on: boolean): void {
    if (this.state === 'live') void this.ask({ typing: { conversation, on } });
  }

  seen(conversation: string, number: number): void {
    if (this.state === 'live') void this.ask({ seen: { conversation, number } });
  }

  async #post(conversation: string, one: Outgoing): Promise<void> {
    const sent = { conversation, client_id: one.clientId, text: one.text };
    const answer = await this.ask(one.kind === 'note' ? { note: sent } : { post_message: sent });
    // Acknowledged: its event may be here already or follow; until then it shows as sending.
    if (answer.ok || isNotConnected(answer.problem)) return;
    this.#change(conversation, (now) => thread.withProblem(now, one.clientId, answer.problem));
  }

  #change(conversation: string, how: (now: Thread) => Thread): void {
    this.#threads.set(conversation, how(this.thread(conversation)));
  }

  #take(frame: AgentFrame): void {
    switch (frame.frame) {
      case 'welcome':
        this.me = frame.me;
        this.availability = frame.availability;
        this.capacity = frame.capacity;
        this.departments = frame.departments;
        this.dispositions = frame.dispositions;
        this.practice = frame.practice;
        this.#isWhole = true;
        queueMicrotask(() => this.#resume());
        return;
      case 'rows':
        this.rows = withRows(this.rows, frame.changed, frame.gone, this.#isWhole);
        this.#isWhole = false;
        this.hasRows = true;
        for (const row of frame.changed) {
          if (row.state === 'delivered') this.#forget(row.conversation);
        }
        return;
      case 'colleagues':
        this.colleagues = frame.colleagues;
        return;
      case 'events':
        if (this.#opened.has(frame.conversation)) this.#change(frame.conversation, (now) => thread.withEvents(now, frame.events));
        return;
      case 'typing':
        if (this.#opened.has(frame.conversation)) this.#change(frame.conversation, (now) => thread.withTyping(now, frame.on));
        return;
      case 'seen':
        if (this.#opened.has(frame.conversation)) this.#change(frame.conversation, (now) => thread.withSeen(now, frame.number));
        return;
    }
  }

  /** A new connection: looks begin again where they stood, and what was not acknowledged goes out under its old client id. */
  #resume(): void {
    for (const conversation of [...this.#opened.keys()]) void this.open(conversation);
    for (const [conversation, one] of this.#threads) {
      for (const out of one.outgoing) if (out.problem === null) void this.#post(conversation, out);
    }
  }

  #forget(conversation: string): void {
    const held = this.#threads.get(conversation);
    if (held !== undefined) this.#threads.set(conversation, thread.withoutWords(held));
  }
}

async function ticket(): Promise<TicketAnswer> {
  const reply = await send<Ticket>('POST', '/api/ticket', {});
  if (reply.ok) return { ticket: reply.body.ticket };
  return reply.problem.code === 'signed_out' ? 'signed_out' : 'unreachable';
}
