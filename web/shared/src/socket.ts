//! One live connection that mends itself.
//!
//! It connects, says hello, numbers requests, settles each with its answer, and
//! after a loss connects again with jittered backoff. It knows no verb and keeps
//! no message: what must survive a loss is kept by its owner, who sends it again
//! after the next `welcome`. A server that leaves is no loss: requests wait for
//! the next one, and nobody is told.

import type { Problem } from './protocol.generated.ts';

export const PROTOCOL = 1;

const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 30_000;
/** A connection that answers nothing for this long is dead, whatever the browser thinks. */
const ANSWER_MS_MAX = 15_000;

/** The frames that every socket of ours has; each side adds its own kinds. */
type CommonFrame =
  | { frame: 'welcome'; protocol: number }
  | { frame: 'done'; id: number; number?: number | null; at: number }
  | { frame: 'refused'; id: number; problem: Problem }
  | { frame: 'reconnect'; after_ms: number }
  | { frame: 'bye'; problem: Problem };

/** The answer to a request that was carried out and is durable. */
export interface Done {
  /** Of the event that it became, if it became one. */
  number?: number | null;
  at: number;
}

/** The server said no: the connection is fine, the request is not. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

/** No answer came. The request may or may not have been carried out: send it again under the same client id. */
export class Disconnected extends Error {}

/** `lost`: the next attempt comes by itself. `stopped`: none does. */
export type SocketStatus = 'connecting' | 'open' | 'lost' | 'stopped';

export interface SocketOptions<Hello> {
  /** `/live/visitor` or `/live/agent`, on the page's own host. */
  url: string;
  /** Asked at each attempt. */
  hello: () => Hello;
  /** What to do after a goodbye; `retriesAfter` unless told. */
  afterBye?: (problem: Problem) => 'retry' | 'stop';
}

/** Goodbyes that another attempt can mend. */
export function retriesAfter(problem: Problem): 'retry' | 'stop' {
  return ['too_slow', 'too_many', 'later', 'broken'].includes(problem.code) ? 'retry' : 'stop';
}

interface Waiting {
  line: string;
  resolve: (done: Done) => void;
  reject: (why: Refused | Disconnected) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class Socket<Hello, Verb, Frame extends { frame: string }> {
  onFrame: (frame: Frame) => void = () => {};
  /** With the goodbye that stopped it, or null. */
  onStatus: (status: SocketStatus, problem: Problem | null) => void = () => {};

  #options: SocketOptions<Hello>;
  #socket: WebSocket | null = null;
  #isWelcome = false;
  #isStopped = true;
  #attempts = 0;
  /** On its way from a server that leaves to the next; one attempt is not yet a loss. */
  #isMoving = false;
  #nextId = 1;
  #waiting = new Map<number, Waiting>();
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions<Hello>) {
    this.#options = options;
  }

  /** Connects, or connects at once where it was waiting to. */
  open(): void {
    this.#isStopped = false;
    clearTimeout(this.#retryTimer);
    if (this.#socket === null) this.#connect();
  }

  /** Closes for good; `open` starts anew. */
  close(): void {
    this.#stop(null);
  }

  /** The connection is known to be gone, as when the browser says `offline`. */
  lose(): void {
    if (!this.#isStopped) this.#lost(this.#backoff());
  }

  /** Whether requests are taken. */
  get isOpen(): boolean {
    return this.#isWelcome || this.#isMoving;
  }

  /** Rejects with `Refused` or `Disconnected`. */
  request(verb: Verb): Promise<Done> {
    if (!this.isOpen) return Promise.reject(new Disconnected());
    const id = this.#nextId++;
    const line = JSON.stringify({ id, verb });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lost(this.#backoff()), ANSWER_MS_MAX);
      this.#waiting.set(id, { line, resolve, reject, timer });
      if (this.#isWelcome) this.#socket?.send(line);
    });
  }

  #connect(): void {
    if (!this.#isMoving) this.onStatus('connecting', null);
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    // A socket that was given up may still speak; only the current one is heard.
    const current = () => this.#socket === socket;
    const welcomeTimer = setTimeout(() => current() && this.#lost(this.#backoff()), ANSWER_MS_MAX);
    socket.onopen = () => current() && socket.send(JSON.stringify(this.#options.hello()));
    socket.onmessage = (message) => {
      if (!current()) return;
      clearTimeout(welcomeTimer);
      this.#hear(JSON.parse(String(message.data)) as Frame);
    };
    socket.onclose = () => {
      clearTimeout(welcomeTimer);
      if (current()) this.#lost(this.#backoff());
    };
  }

  #hear(frame: Frame): void {
    // The kinds that are ours are told apart by name; the rest is passed on as it is.
    const common = frame as unknown as CommonFrame;
    switch (common.frame) {
      case 'done':
        this.#settle(common.id)?.resolve(common);
        return;
      case 'refused':
        this.#settle(common.id)?.reject(new Refused(common.problem));
        return;
      case 'reconnect':
        this.#lost(common.after_ms, true);
        return;
      case 'bye': {
        const after = this.#options.afterBye ?? retriesAfter;
        if (after(common.problem) === 'stop') this.#stop(common.problem);
        else this.#lost(Math.max(this.#backoff(), (common.problem.retry_after ?? 0) * 1000));
        return;
      }
      case 'welcome':
        this.#attempts = 0;
        this.#isMoving = false;
        this.#isWelcome = true;
        this.onFrame(frame);
        // A server answers one request after the other, and those of before that it left: what it
        // did not answer it did not carry out.
        for (const { line } of this.#waiting.values()) this.#socket?.send(line);
        this.onStatus('open', null);
        return;
      default:
        this.onFrame(frame);
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Half of it is chance: a crowd that lost one server must not come back as one. */
  #backoff(): number {
    const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** this.#attempts++);
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }

  #lost(retryMs: number, isMoving = false): void {
    this.#drop(isMoving);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), retryMs);
    if (!isMoving) this.onStatus('lost', null);
  }

  #stop(problem: Problem | null): void {
    this.#isStopped = true;
    this.#drop(false);
    clearTimeout(this.#retryTimer);
    this.onStatus('stopped', problem);
  }

  #drop(isMoving: boolean): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isWelcome = false;
    this.#isMoving = isMoving;
    socket?.close();
    if (!isMoving) for (const id of this.#waiting.keys()) this.#settle(id)?.reject(new Disconnected());
  }
}
