import { expect, it } from 'vitest';
import { items } from '../conversation/thread_view.ts';
import { type Part, addenda, agentOf, threadOf } from './past.ts';

const ana = { id: 'ana', name: 'Ana' };
const at = (second: number) => `2026-11-24T09:30:${String(second).padStart(2, '0')}.000Z`;
const redacted = [{ start: 0, end: 3, rule: 'redacted' }];

function part(number: number, events: Part['events']): Part {
  const named = { id: 'front', name: 'Front desk' };
  return {
    reference: 'K7QX-4MPD',
    part: number,
    site: named,
    department: named,
    practice: false,
    started_at: at(0),
    ended_at: at(50),
    disposition: null,
    events,
  };
}

const parts = [
  part(0, [
    { number: 1, at: at(0), kind: 'started', department: 'front', answers: [{ field: 'question', text: 'Open?', masks: [] }] },
    { number: 2, at: at(1), kind: 'accepted', agent: ana },
    { number: 3, at: at(2), kind: 'message', from: { kind: 'visitor' }, text: 'Rex?', masks: [], revision: 0, corrected: false },
    { number: 4, at: at(3), kind: 'note', by: ana, text: 'Rex is a dog', masks: [] },
    { number: 5, at: at(4), kind: 'amended', target: 3, revision: 1, corrected: false, now: null },
    { number: 6, at: at(5), kind: 'rated', score: 5, comment: { text: 'Rex says thanks', masks: [] } },
    { number: 7, at: at(6), kind: 'from_the_future', words: 'unknown' },
  ]),
  part(1, [
    { number: 8, at: at(20), kind: 'amended', target: 4, revision: 1, corrected: false, now: { text: 'XXX is a dog', masks: redacted } },
    { number: 9, at: at(21), kind: 'amended', target: 6, revision: 1, corrected: false, now: { text: 'XXX says thanks', masks: redacted } },
    {
      number: 10,
      at: at(22),
      kind: 'amended',
      target: 1,
      field: 'question',
      revision: 1,
      corrected: false,
      now: { text: 'XXXX?', masks: [] },
    },
    { number: 11, at: at(23), kind: 'closed', disposition: 'answered' },
  ]),
];

const seen = () => items(threadOf(parts), ana, () => 'today');

it('reads as the conversation stands after every addendum', () => {
  const texts = seen().flatMap((item) =>
    item.kind === 'group' ? item.bubbles.map((one) => one.text) : item.kind === 'note' ? [item.bubble.text] : [],
  );
  expect(texts).toEqual(['XXXX?', 'Rex?', 'XXX is a dog']);
  expect(seen().filter((item) => item.kind === 'line').length).toBe(4);
});

it('names what an addendum changed by what it is', () => {
  const [one] = addenda(parts);
  expect(one?.part).toBe(1);
  expect(one?.later.map((it) => it.kind)).toEqual(['note', 'comment', 'answer', 'event']);
});

it('knows who had it', () => {
  expect([agentOf(parts), agentOf([part(0, [])])]).toEqual([ana, null]);
});
