/**
 * One agent socket that stays: ticket, first frame, requests with their
 * answers, and opening again after a loss. It knows frames, not what they mean.
 * A server that leaves is no loss: requests wait for the next one, and nobody is told.
 */
import type { AgentFrame, AgentVerb, Problem } from '../protocol.ts';

export const PROTOCOL = 1;

export type Answer =
  { readonly ok: true; readonly at: number; readonly number: number | null } | { readonly ok: false; readonly problem: Problem };

export type SocketState = 'connecting' | 'live' | 'reconnecting' | 'other_version' | 'stopped';

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
/** Past the moment that the leaving server named, the way to the next one may take this long unnoticed. */
const MOVE_MILLISECONDS = 5_000;

interface Asked {
  readonly line: string;
  readonly answer: (answer: Answer) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class AgentSocket {
  readonly #url: string;
  readonly #ticket: () => Promise<TicketAnswer>;
  readonly #listener: Listener;
  readonly #asked = new Map<number, Asked>();
  #socket: WebSocket | null = null;
  #nextId = 1;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #welcomeTimer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = true;
  #isLive = false;
  /** Until then it is on its way from a server that leaves to the next; 0 when it is not. */
  #movesUntil = 0;

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
    if (!this.#isLive && !this.#isMoving) return Promise.resolve({ ok: false, problem: notConnected() });
    const id = this.#nextId;
    this.#nextId += 1;
    const line = JSON.stringify({ id, verb });
    return new Promise((answer) => {
      const timer = setTimeout(() => this.#lost(), ANSWER_MILLISECONDS);
      this.#asked.set(id, { line, answer, timer });
      if (this.#isLive) this.#socket?.send(line);
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
      this.#lost();
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
    if (this.#socket === socket) this.#lost();
  }

  #lost(atLeast = 0): void {
    if (this.#isMoving) {
      this.#leave();
    } else {
      this.#drop();
      if (this.#isStopped) return;
      this.#listener.state('reconnecting');
    }
    this.#wait(Math.max(atLeast, pause(this.#tries, Math.random())));
    this.#tries += 1;
  }

  get #isMoving(): boolean {
    return Date.now() < this.#movesUntil;
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as AgentFrame;
    switch (frame.frame) {
      case 'welcome':
        clearTimeout(this.#welcomeTimer);
        this.#isLive = true;
        this.#tries = 0;
        this.#movesUntil = 0;
        this.#listener.frame(frame);
        this.#listener.state('live');
        // A server answers one request after the other, and those of before that it left: what it
        // did not answer it did not carry out.
        for (const { line } of this.#asked.values()) this.#socket?.send(line);
        return;
      case 'done':
        this.#answer(frame.id, { ok: true, at: frame.at, number: frame.number ?? null });
        return;
      case 'refused':
        this.#answer(frame.id, { ok: false, problem: frame.problem });
        return;
      case 'reconnect':
        this.#movesUntil = Date.now() + frame.after_ms + MOVE_MILLISECONDS;
        this.#leave();
        this.#wait(frame.after_ms);
        return;
      case 'bye':
        this.#endWith(frame.problem);
        return;
      default:
        this.#listener.frame(frame);
    }
  }

  #endWith(problem: Problem): void {
    if (problem.code === 'signed_out') {
      this.stop();
      this.#listener.signedOut();
    } else if (problem.code === 'other_version') {
      this.stop();
      this.#listener.state('other_version');
    } else {
      this.#lost((problem.retry_after ?? 0) * 1000);
    }
  }

  #answer(id: number, answer: Answer): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    clearTimeout(asked.timer);
    this.#asked.delete(id);
    asked.answer(answer);
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isLive = false;
    clearTimeout(this.#welcomeTimer);
    socket?.close();
  }

  #drop(): void {
    this.#movesUntil = 0;
    this.#leave();
    for (const id of [...this.#asked.keys()]) this.#answer(id, { ok: false, problem: notConnected() });
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), milliseconds);
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
