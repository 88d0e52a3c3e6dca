import { expect, it } from 'vitest';
import type { Problem } from '../protocol.ts';
import { en } from '../words/en.ts';
import { es } from '../words/es.ts';
import { refusedWords } from './refused.ts';

const wanted = { reference: 'K7QX-4MPD', destination: 'archive' };
const problem = (status: number, more: Partial<Problem> = {}): Problem => ({
  type: 'about:blank',
  title: '',
  status,
  code: 'invalid',
  ...more,
});

it('says of each refusal what happened and who is to do what', () => {
  const said = (one: Problem) => refusedWords(one, wanted, 30, en, 'en');
  expect(said(problem(429))).toContain('Come back in an hour');
  expect(said(problem(404))).toContain('K7QX-4MPD');
  expect(said(problem(409))).toContain('ask an administrator to open them');
  expect(said(problem(422, { mend: 'changed_there', detail: 'x' }))).toContain('archive is not what was delivered');
  expect(said(problem(422, { mend: 'sealed', detail: 'x' }))).toContain('sotto transcript open');
  expect(said(problem(422, { mend: 'unreachable', detail: 'Nobody answers.' }))).toContain('Nobody answers.');
  expect(said(problem(500))).toBeNull();
});

it("says a place's own reason in Spanish too", () => {
  const unreachable = problem(422, { mend: 'unreachable', detail: 'Nobody answers.' });
  expect(refusedWords(unreachable, wanted, 30, es, 'es')).toContain('Nadie responde en esta dirección.');
});
