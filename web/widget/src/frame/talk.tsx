//! The conversation: its lines, what is on its way, and what stands above the composer.

import type { Mask, VisitorView } from '@sotto/shared/protocol.generated.ts';
import { clockTime, dayName, exactTime } from '@sotto/shared/time.ts';

import type { Conversation } from '../conversation.ts';
import { correctable, rowsOf, senderName, type Message, type Notice, type Pending, type Row } from '../thread/thread.ts';
import type { App } from './app.ts';
import { composer } from './composer.tsx';
import { h, type Child } from './dom.ts';
import { ending } from './ending.tsx';
import { messageText } from './words_of_message.tsx';

export function talk(app: App, conversation: Conversation, bytesMax: number): Child {
  const { words } = app;
  const { thread, pending, view, isRunning } = conversation;
  const fresh = isRunning ? correctable(thread, conversation.now()) : null;
  return (
    <main key="talk" class="talk">
      <div class="list" role="log" aria-label={words.thread} tabIndex={0}>
        {view?.state === 'waiting' && waiting(app, view)}
        {rowsOf(thread).map((row) => drawRow(row, app, view, fresh))}
        {pending.map((message) => pendingMessage(app, message))}
        {view && !isRunning && ending(app, conversation)}
      </div>
      {app.screen.hasNews && (
        <button class="primary" onclick={() => (toEnd(), scrolled(app))}>
          {words.newMessages}
        </button>
      )}
      {above(app, conversation)}
      {(!view || isRunning) && composer(app, conversation, bytesMax)}
    </main>
  );
}

/** What scrolls: the list, or at 400 % zoom the whole page. */
function box(): Element | null {
  const list = document.querySelector('.list');
  return list && getComputedStyle(list).overflowY === 'visible' ? document.scrollingElement : list;
}

function toEnd(): void {
  const scroller = box();
  scroller?.scrollTo(0, scroller.scrollHeight);
}

export function scrolled(app: App): void {
  const scroller = box();
  if (scroller) app.screen.isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  if (!app.screen.isAtEnd || !app.screen.hasNews) return;
  app.screen.hasNews = false;
  app.changed();
}

/** After each drawing: the field as tall as its words, the newest line in sight. */
export function settle(app: App): void {
  const { field } = app.screen;
  if (field) {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  }
  if (app.screen.isAtEnd) toEnd();
}

function drawRow(row: Row, app: App, view: VisitorView | null, fresh: Message | null): Child {
  const { language, words } = app;
  if (row.kind === 'day')
    return (
      <p class="day" key={`day${row.at}`}>
        {dayName(row.at, Date.now(), language)}
      </p>
    );
  if (row.kind === 'notice')
    return (
      <p class="notice" key={row.notice.number} title={exactTime(row.notice.at, language)}>
        {noticeWords(row.notice, app)}
      </p>
    );
  const { first, messages } = row;
  const { kind } = first.body.from;
  const isOwn = kind === 'visitor';
  const last = messages.at(-1) ?? first;
  return (
    <div class={`group ${kind}`} key={first.number}>
      <p class="by">
        <bdi class={isOwn ? 'unseen' : ''}>{isOwn ? words.you : senderName(first) || words.automatic}</bdi>{' '}
        <time title={exactTime(first.at, language)}>{clockTime(first.at, language)}</time>
      </p>
      {messages.map(({ number, body }) => bubble(app, number, body.text, body.masks))}
      <p class="state">
        {messages.some(({ body }) => body.corrected) && <span>{words.corrected} </span>}
        {isOwn && <span>{last.number <= (view?.agent_seen ?? 0) ? `✓✓ ${words.seen}` : `✓ ${words.sent}`} </span>}
        {fresh && last === fresh && <button onclick={() => app.compose(fresh.body.text, fresh)}>{words.edit}</button>}
      </p>
    </div>
  );
}

function bubble(app: App, key: string | number, text: string, masks: readonly Mask[]): Child {
  return (
    <div class="bubble" key={key}>
      {messageText(app, text, masks)}
    </div>
  );
}

function noticeWords({ body }: Notice, { words, language }: App): string {
  switch (body.kind) {
    case 'accepted':
      return words.accepted(body.agent.name);
    case 'transferred':
      return body.agent ? words.transferred(body.agent.name) : words.transferredOn;
    case 'warned':
      return words.warned(clockTime(body.closes_at, language));
    case 'ended':
      return words.ended[body.ending];
    case 'rated':
      return words.rated(body.score);
    default:
      return words[body.kind];
  }
}

function pendingMessage(app: App, { clientId, text, state }: Pending): Child {
  const { words } = app;
  const undelivered = state === 'sending' ? words.sending : state === 'failed' ? words.notSent : words.undelivered;
  return (
    <div class="group visitor pending" key={clientId}>
      {bubble(app, '', text, [])}
      <p class={state === 'failed' ? 'state error' : 'state'}>{state === 'sent' ? `✓ ${words.sent}` : undelivered}</p>
    </div>
  );
}

function waiting({ words }: App, { position, expected_wait_seconds: seconds }: VisitorView): Child {
  return (
    <section class="waiting">
      <h2>{words.waitingTitle}</h2>
      <p aria-live="polite">
        {seconds != null && `${words.wait(seconds)} `}
        {position != null && words.place(position)}
      </p>
      <p class="hint">{words.meanwhile}</p>
    </section>
  );
}

/** What the visitor should know before writing on. */
function above({ words, language }: App, conversation: Conversation): Child {
  const { view, refusal, status } = conversation;
  const agent = view?.agent?.name ?? words.team;
  const amber = (key: string, child: Child) => (
    <p class="amber" key={key}>
      {child}
    </p>
  );
  return (
    <div class="above" role="status">
      {status === 'lost' && amber('lost', words.offline)}
      {status === 'connecting' && <p class="late">{words.connecting}</p>}
      {status === 'open' && view?.state === 'active' && view.agent && !view.agent_present && amber('away', words.away(agent))}
      {refusal?.code === 'too_many' && amber('many', words.tooMany(refusal.retry_after ?? 5))}
      {view?.closes_at != null &&
        conversation.isRunning &&
        amber('quiet', [
          words.warned(clockTime(view.closes_at, language)),
          ' ',
          <button class="quiet" onclick={() => conversation.keepOpen()}>
            {words.stillHere}
          </button>,
        ])}
      {conversation.isAgentTyping && <p>{words.typing(agent)}…</p>}
    </div>
  );
}
