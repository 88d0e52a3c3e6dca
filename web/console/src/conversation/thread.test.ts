import { describe, expect, it } from 'vitest';
import type { Event, Sender } from '../protocol.ts';
import * as thread from './thread.ts';
import { answersOf, closesAt, items, newestOwn } from './thread_view.ts';

const ana = { id: 'ana', name: 'Ana' };
const visitor: Sender = { kind: 'visitor' };
const own: Sender = { kind: 'agent', person: ana };

function said(number: number, from: Sender, text: string, at = number * 1000): Event {
  return { number, at, body: { kind: 'message', from, client_id: `m${number}`, text, masks: [], revision: 0, corrected: false } };
}

function amended(number: number, target: number, revision: number, text: string): Event {
  return { number, at: number * 1000, body: { kind: 'amended', target, revision, text, masks: [], corrected: true } };
}

const pending = (clientId: string) => ({ clientId, kind: 'message' as const, text: 'hello', at: 5000, problem: null });
const texts = (one: thread.Thread) =>
  items(one, ana, () => 'today').flatMap((item) => (item.kind === 'group' ? item.bubbles.map((bubble) => bubble.text) : []));

describe('a thread', () => {
  it('reads the same however its events come', () => {
    const events = [said(1, visitor, 'one'), said(2, own, 'two'), amended(3, 1, 1, 'ONE')];
    const forth = thread.withEvents(thread.EMPTY, events);
    const back = thread.withEvents(thread.withEvents(thread.EMPTY, [...events].reverse()), events);
    expect(texts(forth)).toEqual(['ONE', 'two']);
    expect(texts(back)).toEqual(texts(forth));
    expect(back.last).toBe(3);
  });

  it('takes the newest revision, whichever came last', () => {
    const one = thread.withEvents(thread.EMPTY, [said(1, visitor, 'one'), amended(4, 1, 2, 'newest'), amended(3, 1, 1, 'older')]);
    expect(texts(one)).toEqual(['newest']);
  });

  it('shows the own message once: pending, then as its event under the same key', () => {
    const waiting = thread.withOutgoing(thread.EMPTY, pending('m7'));
    const before = items(waiting, ana, () => 'today');
    const after = items(thread.withEvents(waiting, [said(7, own, 'hello')]), ana, () => 'today');
    expect(newestOwn(before)).toBe('m7');
    expect(newestOwn(after)).toBe('m7');
    expect(after.filter((item) => item.kind === 'group')).toHaveLength(1);
  });

  it("says seen up to where the visitor's screen came, and sent after", () => {
    const one = thread.withSeen(thread.withEvents(thread.EMPTY, [said(1, own, 'a'), said(2, own, 'b')]), 1);
    const states = items(one, ana, () => 'today').flatMap((item) =>
      item.kind === 'group' ? item.bubbles.map((bubble) => bubble.state) : [],
    );
    expect(states).toEqual(['seen', 'sent']);
  });

  it("shows a rating's comment as it reads now", () => {
    const rated = { number: 3, at: 0, body: { kind: 'rated' as const, score: 5, comment: 'thanks, Rex', masks: [] } };
    const masks = [{ start: 8, end: 11, rule: 'redacted' }];
    const amended = { kind: 'amended' as const, target: 3, revision: 1, text: 'thanks, XXX', masks, corrected: false };
    const one = thread.withEvents(thread.EMPTY, [rated]);
    const two = thread.withEvents(one, [{ number: 4, at: 0, body: amended }]);
    expect(thread.wordsNow(one, rated)?.text).toBe('thanks, Rex');
    expect(thread.wordsNow(two, rated)).toEqual({ text: 'thanks, XXX', masks, corrected: false, amended: true });
    expect(thread.wordsNow(one, { ...rated, body: { ...rated.body, comment: null } })).toBeNull();
  });

  it('forgets its words when the transcript has left, and keeps what was not sent', () => {
    const one = thread.withoutWords(thread.withOutgoing(thread.withEvents(thread.EMPTY, [said(1, visitor, 'secret')]), pending('m9')));
    expect(texts(one)).toEqual(['hello']);
  });

  it("groups one sender's minute and begins anew after it", () => {
    const one = thread.withEvents(thread.EMPTY, [
      said(1, visitor, 'a', 0),
      said(2, visitor, 'b', 59_000),
      said(3, visitor, 'c', 61_000),
      said(4, own, 'd', 61_500),
    ]);
    expect(items(one, ana, () => 'today').filter((item) => item.kind === 'group')).toHaveLength(3);
  });
});

describe('correcting', () => {
  it('is for my newest message, for a minute', () => {
    const one = thread.withEvents(thread.EMPTY, [said(1, own, 'a', 0), said(2, own, 'b', 1000), said(3, visitor, 'c', 2000)]);
    expect(thread.correctable(one, 'ana', 60_999)?.number).toBe(2);
    expect(thread.correctable(one, 'ana', 61_000)).toBeNull();
    expect(thread.correctable(one, 'ben', 2000)).toBeNull();
    expect(thread.correctable(thread.withOutgoing(one, pending('m9')), 'ana', 2000)).toBeNull();
  });
});

it('counts the minute of a correction down from 60, whatever the clocks say', () => {
  const [message] = [said(1, own, 'a', 1000)];
  expect([0, 1000, 1001, 60_500, 61_000, 70_000].map((now) => thread.secondsToCorrect(message, now))).toEqual([60, 60, 60, 1, 0, 0]);
});

it('tells what staff took out from what a rule changed', () => {
  const amended: Event = { number: 2, at: 0, body: { kind: 'amended', target: 1, revision: 1, corrected: false, text: 'XXX', masks: [] } };
  const marks = (masks: { start: number; end: number; rule: string }[]) => {
    const event = { ...amended, body: { ...amended.body, masks } } as Event;
    const [group] = items(thread.withEvents(thread.EMPTY, [said(1, visitor, 'Rex'), event]), ana, () => 'day').filter(
      ({ kind }) => kind === 'group',
    );
    return group?.kind === 'group' ? group.bubbles.map(({ amended, redacted }) => [amended, redacted]) : [];
  };
  expect(marks([{ start: 0, end: 3, rule: 'redacted' }])).toEqual([[true, true]]);
  expect(marks([{ start: 0, end: 3, rule: 'card' }])).toEqual([[true, false]]);
});

it('takes the warning back as soon as someone writes', () => {
  const warned: Event = { number: 2, at: 0, body: { kind: 'warned', closes_at: 99 } };
  const one = thread.withEvents(thread.EMPTY, [said(1, visitor, 'a'), warned]);
  expect(closesAt(one)).toBe(99);
  expect(closesAt(thread.withEvents(one, [said(3, visitor, 'still here')]))).toBeNull();
});

it('shows the question of the form as the first thing that the visitor said', () => {
  const started: Event = {
    number: 1,
    at: 0,
    body: {
      kind: 'started',
      department: 'desk',
      answers: [
        { field: 'name', text: 'Sam', masks: [] },
        { field: 'question', text: 'Open on Friday?', masks: [] },
      ],
    },
  };
  const groups = items(thread.withEvents(thread.EMPTY, [started]), ana, () => 'day').filter((item) => item.kind === 'group');
  expect(groups.map(({ from, bubbles }) => [from.kind, bubbles.map(({ text }) => text)])).toEqual([['visitor', ['Open on Friday?']]]);

  const changed = (number: number, field: string, text: string, rule: string): Event => {
    const masks = [{ start: 0, end: 3, rule }];
    return { number, at: 0, body: { kind: 'amended', target: 1, field, revision: number - 1, corrected: false, text, masks } };
  };
  const events = [started, changed(2, 'name', 'XXX', 'redacted'), changed(3, 'question', 'XXXX on Friday?', 'redacted')];
  const now = thread.withEvents(thread.EMPTY, events);
  expect(answersOf(now).map(({ number, text }) => [number, text])).toEqual([
    [1, 'XXX'],
    [1, 'XXXX on Friday?'],
  ]);
  const asked = items(now, ana, () => 'day').flatMap((item) => (item.kind === 'group' ? item.bubbles : []));
  expect(asked.map(({ text, field, redacted }) => [text, field, redacted])).toEqual([['XXXX on Friday?', 'question', true]]);
});
