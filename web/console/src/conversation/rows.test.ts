import { describe, expect, it } from 'vitest';
import type { Me, Row } from '../protocol.ts';
import { rightsOf } from './rights.ts';
import { attention, lists, neighbour, takers, withRows } from './rows.ts';

const ana: Me = { id: 'ana', name: 'Ana', role: 'agent', departments: ['front'] };
const person = (id: string) => ({ id, name: id });

function row(conversation: string, more: Partial<Row> = {}): Row {
  return {
    conversation,
    reference: conversation,
    state: 'waiting',
    department: 'front',
    language: 'en',
    visitor_present: true,
    queued_at: 0,
    since: 0,
    last_number: 0,
    seen_number: 0,
    unread: 0,
    ...more,
  };
}

const of = (...rows: Row[]) => withRows(new Map(), rows, [], true);
const ids = (rows: readonly Row[]) => rows.map((one) => one.conversation);

describe('lists', () => {
  it('puts what is offered to me above who waits longer', () => {
    const rows = of(row('long', { queued_at: 1 }), row('offered', { queued_at: 9, agent: person('ana'), offered_until: 99 }));
    expect(ids(lists(rows, ana).waiting)).toEqual(['offered', 'long']);
  });

  it('does not count what is offered to me as mine before I accept', () => {
    expect(lists(of(row('a', { agent: person('ana'), offered_until: 9 })), ana).mine).toEqual([]);
  });

  it('shows the team to a supervisor and to nobody below', () => {
    const rows = of(row('bens', { state: 'active', agent: person('ben') }));
    expect(ids(lists(rows, ana).team)).toEqual([]);
    expect(ids(lists(rows, { ...ana, role: 'supervisor' }).team)).toEqual(['bens']);
  });

  it('keeps active ones before wrap-up before closed', () => {
    const mine = (id: string, state: Row['state']) => row(id, { state, agent: person('ana') });
    expect(ids(lists(of(mine('c', 'closed'), mine('w', 'wrap_up'), mine('a', 'active')), ana).mine)).toEqual(['a', 'w', 'c']);
  });

  it('forgets on a new connection what vanished while we were away', () => {
    expect([...withRows(of(row('old')), [row('new')], [], true).keys()]).toEqual(['new']);
    expect([...withRows(of(row('old')), [row('new')], ['old'], false).keys()]).toEqual(['new']);
  });

  it('counts unread messages of mine and offers to me', () => {
    const rows = of(
      row('a', { state: 'active', agent: person('ana'), unread: 2 }),
      row('b', { agent: person('ana'), offered_until: 9 }),
      row('c', { state: 'active', agent: person('ben'), unread: 5 }),
    );
    expect(attention(lists(rows, ana), 'ana')).toBe(3);
  });
});

it('lets the own agent and a supervisor redact, once it is accepted', () => {
  const may = (state: Row['state'], me: Me) => rightsOf(row('a', { state, agent: person('ana') }), me).redact;
  const as = (id: string, role: Me['role']): Me => ({ ...ana, id, role });
  expect((['waiting', 'active', 'wrap_up', 'closed'] as const).map((state) => may(state, ana))).toEqual([false, true, true, true]);
  expect(
    [as('ben', 'agent'), as('cyd', 'supervisor'), as('eve', 'administrator'), as('ada', 'auditor')].map((me) => may('active', me)),
  ).toEqual([false, true, false, false]);
});

describe('moving', () => {
  const shown = [row('a'), row('b')];
  it('starts at either end and stops there', () => {
    expect(neighbour(shown, null, 1)).toBe('a');
    expect(neighbour(shown, null, -1)).toBe('b');
    expect(neighbour(shown, 'b', 1)).toBe('b');
    expect(neighbour([], 'b', 1)).toBeNull();
  });
});

it('offers colleagues with room before full, busy and away ones', () => {
  const one = (id: string, availability: 'available' | 'busy' | 'away', active: number) => ({
    person: person(id),
    availability,
    departments: [],
    active,
    capacity: 2,
  });
  const all = [
    one('away', 'away', 0),
    one('full', 'available', 2),
    one('busy', 'busy', 0),
    one('free', 'available', 1),
    one('me', 'available', 0),
  ];
  expect(takers(all, ['me']).map((other) => other.person.id)).toEqual(['free', 'full', 'busy', 'away']);
});
