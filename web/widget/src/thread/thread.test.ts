import { expect, test } from 'vitest';
import type { Body, Event } from '@sotto/shared/protocol.generated.ts';

import { EMPTY, correctable, heard, isMessage, rowsOf, stillPending, unreadAfter, type Pending } from './thread.ts';

const NOON = Date.UTC(2026, 2, 4, 12);
const ana = { id: 'a', name: 'Ana' };
const event = (number: number, body: Body, at = NOON): Event => ({ number, at, body });
const message = (number: number, text: string, from: 'visitor' | 'agent' = 'agent', at = NOON): Event =>
  event(
    number,
    {
      kind: 'message',
      from: from === 'agent' ? { kind: 'agent', person: ana } : { kind: 'visitor' },
      client_id: `id-${number}`,
      text,
      masks: [],
      revision: 0,
      corrected: false,
    },
    at,
  );
const amended = (number: number, target: number, revision: number, text: string): Event =>
  event(number, { kind: 'amended', target, revision, text, masks: [], corrected: true });

const texts = (events: Event[]) => heard(EMPTY, events).lines.map((line) => (isMessage(line) ? line.body.text : line.body.kind));

test('a resume that overlaps doubles nothing', () => {
  const events = [message(1, 'Hello'), message(2, 'Are you there?')];
  const once = heard(EMPTY, events);
  expect(heard(once, [...events, message(3, 'Yes')]).lines).toHaveLength(3);
  expect(heard(once, events)).toEqual(once);
});

test('kinds that are not shown still count, so that nothing is asked for twice', () => {
  const news = { number: 7, at: NOON, body: { kind: 'from_the_future' } } as unknown as Event;
  expect(heard(EMPTY, [news])).toEqual({ lines: [], last: 7 });
});

test('an amended message reads as it reads now, and an older revision changes nothing', () => {
  expect(texts([message(1, 'My card is 4111'), amended(2, 1, 2, 'My card is XXXX'), amended(3, 1, 1, 'older')])).toEqual([
    'My card is XXXX',
  ]);
});

test('the first question stands as the first message', () => {
  const started: Body = {
    kind: 'started',
    department: 'd',
    answers: [
      { field: 'name', text: 'Sam', masks: [] },
      { field: 'question', text: 'Open on Friday?', masks: [] },
    ],
  };
  expect(texts([event(1, started)])).toEqual(['Open on Friday?']);
  const changed = (number: number, field: string, text: string): Event =>
    event(number, { kind: 'amended', target: 1, field, revision: number, text, masks: [], corrected: false });
  expect(texts([event(1, started), changed(2, 'question', 'Open on XXXXXX?')])).toEqual(['Open on XXXXXX?']);
  expect(texts([event(1, started), changed(2, 'name', 'XXX')]), 'the name is not what was asked').toEqual(['Open on Friday?']);
});

test('what the server shows back is no longer on its way', () => {
  const pending: Pending[] = ['id-1', 'id-9'].map((clientId) => ({ clientId, text: 'x', state: 'sent' }));
  expect(stillPending(heard(EMPTY, [message(1, 'x', 'visitor')]), pending).map(({ clientId }) => clientId)).toEqual(['id-9']);
});

test('an agent’s message with the same client id does not swallow the visitor’s', () => {
  const pending: Pending[] = [{ clientId: 'id-1', text: 'x', state: 'sending' }];
  expect(stillPending(heard(EMPTY, [message(1, 'x', 'agent')]), pending)).toHaveLength(1);
});

test('only the last own message may be corrected, for a minute', () => {
  const thread = heard(EMPTY, [
    message(1, 'a', 'visitor'),
    message(2, 'b', 'visitor', NOON + 1_000),
    message(3, 'c', 'agent', NOON + 2_000),
  ]);
  expect(correctable(thread, NOON + 60_999)?.number).toBe(2);
  expect(correctable(thread, NOON + 61_000)).toBeNull();
});

test('one sender in one minute is one group; a new day has its line', () => {
  const thread = heard(EMPTY, [
    message(1, 'a'),
    message(2, 'b', 'agent', NOON + 59_000),
    message(3, 'c', 'agent', NOON + 60_000),
    message(4, 'd', 'visitor', NOON + 60_000),
    message(5, 'e', 'visitor', NOON + 3 * 86_400_000),
  ]);
  expect(rowsOf(thread).map((row) => (row.kind === 'group' ? row.messages.length : row.kind))).toEqual(['day', 2, 1, 1, 'day', 1]);
});

test('the badge counts what staff wrote after the last look', () => {
  const thread = heard(EMPTY, [message(1, 'a'), message(2, 'b', 'visitor'), message(3, 'c'), message(4, 'd')]);
  expect([0, 1, 3, 4].map((seen) => unreadAfter(thread, seen))).toEqual([3, 2, 1, 0]);
});
