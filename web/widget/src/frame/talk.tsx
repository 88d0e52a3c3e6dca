//! The conversation: its lines, what is on its way, and what stands above the composer.

import { Component } from 'preact';
import { clockTime, dayName, exactTime } from '@sotto/shared/time.ts';

import type { Conversation } from '../conversation.ts';
import { correctable, rowsOf, type Message, type Notice, type Pending, type Row } from '../thread/thread.ts';
import type { Words } from '../words/en.ts';
import type { App } from './app.ts';
import { Composer } from './composer.tsx';
import { Ending } from './ending.tsx';
import { isRunning } from './header.tsx';
import { MessageText } from './words_of_message.tsx';

interface Props {
  app: App;
  words: Words;
  conversation: Conversation;
  bytesMax: number;
}

export class Talk extends Component<Props, { editing: Message | null; hasNews: boolean }> {
  override state = { editing: null, hasNews: false };
  #list: HTMLElement | null = null;
  #isAtEnd = true;
  #last = 0;
  #tick: ReturnType<typeof setInterval> | undefined;

  override componentDidMount() {
    this.#toEnd();
    addEventListener('scroll', this.#scrolled, true);
    // The minute in which a message may be corrected runs out by itself.
    this.#tick = setInterval(() => this.setState({}), 10_000);
  }

  override componentWillUnmount() {
    clearInterval(this.#tick);
    removeEventListener('scroll', this.#scrolled, true);
  }

  override componentDidUpdate() {
    const { last } = this.props.conversation.thread;
    if (this.#isAtEnd) this.#toEnd();
    else if (last > this.#last) this.setState({ hasNews: true });
    this.#last = last;
  }

  /** At 400 % zoom the whole page scrolls, not the list. */
  #box() {
    const list = this.#list;
    return list !== null && getComputedStyle(list).overflowY === 'visible' ? document.scrollingElement : list;
  }

  #toEnd = () => {
    const box = this.#box();
    box?.scrollTo(0, box.scrollHeight);
  };

  #scrolled = () => {
    const box = this.#box();
    if (box) this.#isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    if (this.#isAtEnd && this.state.hasNews) this.setState({ hasNews: false });
  };

  #edit = (editing: Message | null) => this.setState({ editing });

  override render() {
    const { app, words, conversation, bytesMax } = this.props;
    const { thread, pending, view } = conversation;
    const fresh = correctable(thread, conversation.now());
    const runs = isRunning(app);
    const line = (row: Row) => drawRow(row, this.props, runs ? fresh : null, this.#edit);
    return (
      <main class="talk">
        <div
          class="list"
          role="log"
          aria-label={words.thread}
          tabIndex={0}
          ref={(list) => {
            this.#list = list;
          }}
        >
          {view?.state === 'waiting' && <Waiting words={words} conversation={conversation} />}
          {rowsOf(thread).map(line)}
          {pending.map((message) => (
            <PendingMessage key={message.clientId} message={message} words={words} />
          ))}
          {view !== null && !runs && <Ending app={app} words={words} conversation={conversation} />}
        </div>
        {this.state.hasNews && (
          <button type="button" class="primary" onClick={this.#toEnd}>
            {words.newMessages}
          </button>
        )}
        <Above app={app} words={words} conversation={conversation} />
        {(view === null || runs) && (
          <Composer words={words} conversation={conversation} bytesMax={bytesMax} editing={this.state.editing} edit={this.#edit} />
        )}
      </main>
    );
  }
}

function drawRow(row: Row, { app, words, conversation }: Props, fresh: Message | null, edit: (message: Message) => void) {
  const { language } = app;
  if (row.kind === 'day')
    return (
      <p class="day" key={`day${row.at}`}>
        {dayName(row.at, Date.now(), language)}
      </p>
    );
  if (row.kind === 'notice')
    return (
      <p class="notice" key={row.number} title={exactTime(row.at, language)}>
        {noticeWords(row, words, app)}
      </p>
    );
  const last = row.messages.at(-1);
  const seen = conversation.view?.agent_seen ?? 0;
  return (
    <div class={`group ${row.from}`} key={row.messages[0]?.number}>
      <p class="by">
        <bdi class={row.from === 'visitor' ? 'unseen' : ''}>
          {row.from === 'visitor' ? words.you : row.from === 'agent' ? row.name : words.automatic}
        </bdi>{' '}
        <time title={exactTime(row.at, language)}>{clockTime(row.at, language)}</time>
      </p>
      {row.messages.map((message) => (
        <div class="bubble" key={message.number}>
          <MessageText text={message.text} masks={message.masks} words={words} />
        </div>
      ))}
      <p class="state">
        {row.messages.some((message) => message.isCorrected) && <span>{words.corrected} </span>}
        {row.from === 'visitor' && last && <span>{last.number <= seen ? `✓✓ ${words.seen}` : `✓ ${words.sent}`} </span>}
        {fresh !== null && last?.number === fresh.number && (
          <button type="button" onClick={() => edit(fresh)}>
            {words.edit}
          </button>
        )}
      </p>
    </div>
  );
}

function noticeWords(notice: Notice, words: Words, app: App): string {
  switch (notice.what) {
    case 'accepted':
      return words.accepted(notice.name);
    case 'transferred':
      return notice.name === null ? words.transferredOn : words.transferred(notice.name);
    case 'warned':
      return words.warned(clockTime(notice.closesAt, app.language));
    case 'ended':
      return words.ended[notice.ending];
    case 'rated':
      return words.rated(notice.score);
    default:
      return words[notice.what];
  }
}

function PendingMessage({ message, words }: { message: Pending; words: Words }) {
  const state = { sending: words.sending, sent: `✓ ${words.sent}`, undelivered: words.undelivered, failed: words.notSent }[message.state];
  return (
    <div class="group visitor pending">
      <div class="bubble">
        <MessageText text={message.text} masks={[]} words={words} />
      </div>
      <p class={message.state === 'failed' ? 'state error' : 'state'}>{state}</p>
    </div>
  );
}

function Waiting({ words, conversation }: { words: Words; conversation: Conversation }) {
  const view = conversation.view;
  if (view == null) return null;
  return (
    <section class="waiting">
      <h2>{words.waitingTitle}</h2>
      <p aria-live="polite">
        {view.expected_wait_seconds != null && `${words.wait(view.expected_wait_seconds)} `}
        {view.position != null && words.place(view.position)}
      </p>
      <p class="hint">{words.meanwhile}</p>
    </section>
  );
}

/** What the visitor should know before writing on. */
function Above({ app, words, conversation }: { app: App; words: Words; conversation: Conversation }) {
  const { view, status, refusal } = conversation;
  const agent = view?.agent?.name ?? words.team;
  return (
    <div class="above" role="status">
      {status.kind === 'lost' && <p class="amber">{words.offline}</p>}
      {status.kind === 'connecting' && <p class="late">{words.connecting}</p>}
      {status.kind === 'open' && view?.state === 'active' && view.agent != null && !view.agent_present && (
        <p class="amber">{words.away(agent)}</p>
      )}
      {refusal?.code === 'too_many' && <p class="amber">{words.tooMany(refusal.retry_after ?? 5)}</p>}
      {view?.closes_at != null && isRunning(app) && (
        <p class="amber">
          {words.warned(clockTime(view.closes_at, app.language))}{' '}
          <button type="button" class="quiet" onClick={() => conversation.keepOpen()}>
            {words.stillHere}
          </button>
        </p>
      )}
      {conversation.isAgentTyping && <p>{words.typing(agent)}…</p>}
    </div>
  );
}
