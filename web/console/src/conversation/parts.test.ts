import { describe, expect, it } from 'vitest';
import { clockText, heat, secondsLeft } from './age.ts';
import { Drafts } from './drafts.ts';
import { pieces } from './pieces.ts';

describe('clocks', () => {
  it('reads minutes and seconds, hours when there are any, and never below zero', () => {
    expect([clockText(42_000), clockText(725_000), clockText(3_850_000), clockText(-5000)]).toEqual(['0:42', '12:05', '1:04:10', '0:00']);
  });

  it('ages from grey to amber', () => {
    expect([heat(59_999), heat(60_000), heat(180_000)]).toEqual(['fresh', 'warm', 'hot']);
  });

  it('counts an offer down and stops at zero', () => {
    expect([secondsLeft(1500, 0), secondsLeft(1, 9)]).toEqual([2, 0]);
  });
});

describe('pieces', () => {
  it('cuts by code points, so that a smile before a mask does not shift it', () => {
    expect(pieces('🙂 XXXX1111 ok', [{ start: 2, end: 10, rule: 'card' }])).toEqual([
      { kind: 'text', text: '🙂 ', start: 0, end: 2 },
      { kind: 'masked', rule: 'card', ends: '1111', start: 2, end: 10 },
      { kind: 'text', text: ' ok', start: 10, end: 13 },
    ]);
  });

  it("links to web addresses only, without the sentence's full stop", () => {
    const made = pieces('See https://clinic.example/a. javascript:alert(1)', []);
    expect(made[1]).toMatchObject({ kind: 'link', text: 'https://clinic.example/a', href: 'https://clinic.example/a', where: null });
    expect(made[2]).toMatchObject({ kind: 'text', text: '. javascript:alert(1)' });
  });

  it('says which host really answers where the words hide it', () => {
    expect(pieces('https://bank.example@evil.example/', [])[0]).toMatchObject({ kind: 'link', where: 'evil.example' });
  });
});

it('keeps a draft for each conversation and mode, until someone else signs in', () => {
  const drafts = new Drafts();
  drafts.keep('a', 'reply', 'to the visitor');
  drafts.keep('a', 'note', 'to staff');
  expect([drafts.text('a', 'reply'), drafts.text('a', 'note'), drafts.text('b', 'reply')]).toEqual(['to the visitor', 'to staff', '']);
  drafts.forgetAll();
  expect(drafts.isEmpty).toBe(true);
});
