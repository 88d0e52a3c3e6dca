//! One conversation over its socket: what the visitor says is kept until the
//! server has it, what the server says becomes the thread.
//!
//! It touches no page; whoever draws listens to `onChange`.

import { clientId } from '@sotto/shared/random.ts';
import { Disconnected, PROTOCOL, Refused, Socket, retriesAfter, type SocketStatus } from '@sotto/shared/socket.ts';
import type { Problem, VisitorFrame, VisitorHello, VisitorVerb, VisitorView } from '@sotto/shared/protocol.generated.ts';

import type { Pass } from './pass.ts';
import { EMPTY, heard, stillPending, type Pending, type Thread } from './thread/thread.ts';

const TYPING_MS = 4_000;

export class Conversation {
  onChange: () => void = () => {};
  onPass: (pass: Pass | null) => void = () => {};
  /** A message of staff that was not there before. */
  onMessage: () => void = () => {};

  thread: Thread = EMPTY;
  pending: Pending[] = [];
  view: VisitorView | null = null;
  status: SocketStatus = 'connecting';
  isAgentTyping = false;
  /** Why it can't be read here any more. */
  over: Problem | null = null;
  /** Why the newest own message was not taken. */
  refusal: Problem | null = null;

  #pass: Pass;
  #usesPrevious = false;
  #socket: Socket<VisitorHello, VisitorVerb, VisitorFrame>;
  #serverAheadMs = 0;
  #seen = 0;
  #isTyping = false;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #hasCaughtUp = false;
  #caughtUpAt = 0;

  constructor(url: string, pass: Pass) {
    this.#pass = pass;
    this.#socket = new Socket({ url, hello: () => this.#hello(), afterBye: (problem) => this.#afterBye(problem) });
    this.#socket.onFrame = (frame) => this.#hear(frame);
    this.#socket.onStatus = (status, problem) => this.#changed(status, problem);
  }

  open(): void {
    this.#socket.open();
  }

  close(): void {
    this.#socket.close();
  }

  lose(): void {
    this.#socket.lose();
  }

  /** Some of it is in this page's memory alone. */
  get hasUnsent(): boolean {
    return this.pending.some(({ state }) => state === 'undelivered' || state === 'sending');
  }

  get isRunning(): boolean {
    return !this.over && (this.view?.state === 'waiting' || this.view?.state === 'active');
  }

  /** The server's clock, as far as its answers told. */
  now(): number {
    return Date.now() + this.#serverAheadMs;
  }

  post(text: string): void {
    const message: Pending = { clientId: clientId(), text, state: 'undelivered' };
    this.pending = [...this.pending, message];
    this.refusal = null;
    this.typing(false);
    void this.#send(message);
  }

  typing(on: boolean): void {
    clearTimeout(this.#typingTimer);
    if (on) this.#typingTimer = setTimeout(() => this.typing(false), TYPING_MS);
    if (on === this.#isTyping) return;
    this.#isTyping = on;
    this.#mention({ typing: { on } });
  }

  /** Everything up to the newest number is on the screen. */
  seen(): void {
    if (this.thread.last <= this.#seen) return;
    this.#seen = this.thread.last;
    this.#mention({ seen: { number: this.#seen } });
  }

  keepOpen(): void {
    this.#mention({ keep_open: {} });
  }

  correct(number: number, text: string): Promise<unknown> {
    return this.#socket.request({ correct: { client_id: clientId(), number, text } });
  }

  end(): Promise<unknown> {
    return this.#socket.request({ end: {} });
  }

  rate(id: string, score: number, comment: string): Promise<unknown> {
    return this.#socket.request({ rate: { client_id: id, score, comment: comment.trim() === '' ? null : comment } });
  }

  #hello(): VisitorHello {
    const token = this.#usesPrevious && this.#pass.previous !== null ? this.#pass.previous : this.#pass.newest;
    return { protocol: PROTOCOL, token, after: this.thread.last };
  }

  /** The newest token may have been lost on its way back: then the one before is still good. */
  #afterBye(problem: Problem): 'retry' | 'stop' {
    if (problem.code === 'signed_out' && !this.#usesPrevious && this.#pass.previous !== null) {
      this.#usesPrevious = true;
      return 'retry';
    }
    return retriesAfter(problem);
  }

  #hear(frame: VisitorFrame): void {
    switch (frame.frame) {
      case 'welcome':
        this.#pass = { newest: frame.token, previous: this.#hello().token };
        this.#usesPrevious = false;
        this.onPass(this.#pass);
        this.view = frame.view;
        this.isAgentTyping = this.#isTyping = false;
        this.#caughtUpAt = frame.last;
        this.#hasCaughtUp = this.thread.last >= frame.last;
        break;
      case 'events': {
        const before = this.thread.last;
        this.thread = heard(this.thread, frame.events);
        this.pending = stillPending(this.thread, this.pending);
        const isNews = frame.events.some(({ number, body }) => number > before && body.kind === 'message' && body.from.kind === 'agent');
        if (isNews) this.isAgentTyping = false;
        if (isNews && this.#hasCaughtUp) this.onMessage();
        this.#hasCaughtUp ||= this.thread.last >= this.#caughtUpAt;
        break;
      }
      case 'view':
        this.view = frame.view;
        break;
      case 'typing':
        this.isAgentTyping = frame.on;
        break;
    }
    this.onChange();
  }

  #changed(status: SocketStatus, problem: Problem | null): void {
    this.status = status;
    if (problem) {
      this.over = problem;
      if (problem.code !== 'other_version') this.onPass(null);
    }
    if (status === 'open') this.#sendAgain();
    this.onChange();
  }

  /** In the order in which it was said. */
  #sendAgain(): void {
    for (const message of this.pending) if (message.state === 'undelivered') void this.#send(message);
  }

  async #send(message: Pending): Promise<void> {
    this.#mark(message.clientId, this.#socket.isOpen ? 'sending' : 'undelivered');
    try {
      const done = await this.#socket.request({ post_message: { client_id: message.clientId, text: message.text } });
      this.#serverAheadMs = done.at - Date.now();
      this.#mark(message.clientId, 'sent');
    } catch (error) {
      if (error instanceof Disconnected) return this.#mark(message.clientId, 'undelivered');
      if (!(error instanceof Refused)) throw error;
      this.refusal = error.problem;
      if (error.problem.code === 'later' || error.problem.code === 'too_many') {
        this.#mark(message.clientId, 'undelivered');
        // What follows it on its way is refused as well, and then all of it goes out together.
        setTimeout(() => this.#sendAgain(), (error.problem.retry_after ?? 2) * 1000);
      } else this.#mark(message.clientId, 'failed');
    }
  }

  #mark(id: string, state: Pending['state']): void {
    this.pending = this.pending.map((message) => (message.clientId === id ? { ...message, state } : message));
    this.onChange();
  }

  /** Said once, and not again if it is lost. */
  #mention(verb: VisitorVerb): void {
    this.#socket.request(verb).catch(() => {});
  }
}
