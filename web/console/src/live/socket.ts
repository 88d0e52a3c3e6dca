/**
 * One agent socket that stays: ticket, first frame, requests with their
 * answers, and opening again after a loss. It knows frames, not what they mean.
 */
import type { AgentFrame, AgentVerb, Problem } from '../protocol.ts';

export const PROTOCOL = 1;

export type Answer =
  { readonly ok: true; readonly at: number; readonly number: number | null } | { readonly ok: false; readonly problem: Problem };

export type SocketState = 'connecting' | 'live' | 'reconnecting' | 'draining' | 'other_version' | 'stopped';

export type TicketAnswer = { readonly ticket: string } | 'signed_out' | 'unreachable';

export interface Listener {
  frame(frame: AgentFrame): void;
  state(state: SocketState): void;
  signedOut(): void;
}

const FIRST_WAIT_MILLISECONDS = 400;
const LONGEST_WAIT_MILLISECONDS = 15_000;
/** Shorter than the server's own patience, so that a dead connection is noticed by us. */
const ANSWER_MILLISECONDS = 20_000;

export class AgentSocket {
  readonly #url: string;
  readonly #ticket: () => Promise<TicketAnswer>;
  readonly #listener: Listener;
  readonly #asked = new Map<number, { answer: (answer: Answer) => void; timer: ReturnType<typeof setTimeout> }>();
  #socket: WebSocket | null = null;
  #nextId = 1;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #welcomeTimer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = true;
  #isLive = false;

  constructor(url: string, ticket: () => Promise<TicketAnswer>, listener: Listener) {
    this.#url = url;
    this.#ticket = ticket;
    this.#listener = listener;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#tries = 0;
    addEventListener('online', this.hurry);
    this.#listener.state('connecting');
    void this.#open();
  }

  stop(): void {
    this.#isStopped = true;
    removeEventListener('online', this.hurry);
    clearTimeout(this.#timer);
    this.#drop();
    this.#listener.state('stopped');
  }

  /** The network is back, or the person came back to the page: don't sit out the wait. */
  hurry = (): void => {
    if (this.#isStopped || this.#socket !== null) return;
    clearTimeout(this.#timer);
    void this.#open();
  };

  /** Without a connection the answer is `later` at once; a loss on the way answers `later` too. */
  ask(verb: AgentVerb): Promise<Answer> {
    const socket = this.#socket;
    if (!this.#isLive || socket === null) return Promise.resolve({ ok: false, problem: notConnected() });
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((answer) => {
      const timer = setTimeout(() => this.#lose(socket), ANSWER_MILLISECONDS);
      this.#asked.set(id, { answer, timer });
      socket.send(JSON.stringify({ id, verb }));
    });
  }

  async #open(): Promise<void> {
    const ticket = await this.#ticket();
    if (this.#isStopped || this.#socket !== null) return;
    if (ticket === 'signed_out') {
      this.stop();
      this.#listener.signedOut();
      return;
    }
    if (ticket === 'unreachable') {
      this.#wait('reconnecting');
      return;
    }
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ protocol: PROTOCOL, ticket: ticket.ticket }));
    socket.onmessage = (message) => {
      if (this.#socket === socket) this.#take(String(message.data));
    };
    socket.onclose = () => this.#lose(socket);
    this.#welcomeTimer = setTimeout(() => this.#lose(socket), ANSWER_MILLISECONDS);
  }

  /** A socket that was given up may still speak or close; only the current one counts. */
  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#drop();
    if (!this.#isStopped) this.#wait('reconnecting');
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as AgentFrame;
    switch (frame.frame) {
      case 'welcome':
        clearTimeout(this.#welcomeTimer);
        this.#isLive = true;
        this.#tries = 0;
        this.#listener.frame(frame);
        this.#listener.state('live');
        return;
      case 'done':
        this.#answer(frame.id, { ok: true, at: frame.at, number: frame.number ?? null });
        return;
      case 'refused':
        this.#answer(frame.id, { ok: false, problem: frame.problem });
        return;
      case 'reconnect':
        this.#drop();
        this.#wait('draining', frame.after_ms);
        return;
      case 'bye':
        this.#leave(frame.problem);
        return;
      default:
        this.#listener.frame(frame);
    }
  }

  #leave(problem: Problem): void {
    if (problem.code === 'signed_out') {
      this.stop();
      this.#listener.signedOut();
    } else if (problem.code === 'other_version') {
      this.stop();
      this.#listener.state('other_version');
    } else {
      this.#drop();
      this.#wait('reconnecting', (problem.retry_after ?? 0) * 1000);
    }
  }

  #answer(id: number, answer: Answer): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    clearTimeout(asked.timer);
    this.#asked.delete(id);
    asked.answer(answer);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isLive = false;
    clearTimeout(this.#welcomeTimer);
    socket?.close();
    for (const id of [...this.#asked.keys()]) this.#answer(id, { ok: false, problem: notConnected() });
  }

  #wait(state: SocketState, atLeast = 0): void {
    this.#listener.state(state);
    clearTimeout(this.#timer);
    const wait = Math.max(atLeast, pause(this.#tries, Math.random()));
    this.#tries += 1;
    this.#timer = setTimeout(() => void this.#open(), wait);
  }
}

/** Doubles up to a quarter of a minute; `chance` (0 to 1) spreads a crowd that lost its node at once. */
export function pause(tries: number, chance: number): number {
  return Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** tries) * (0.5 + chance / 2);
}

function notConnected(): Problem {
  return { type: 'about:blank', title: 'not connected', status: 503, code: 'later' };
}

export function isNotConnected(problem: Problem): boolean {
  return problem.title === 'not connected';
}
