import { expect, it } from 'vitest';
import type { DestinationField, DestinationForm, DestinationState } from '../protocol.ts';
import { draftFaults, draftOf, entryOf, freshDraft } from './draft.ts';

const field = (name: string, more: Partial<DestinationField> = {}): DestinationField => ({
  name,
  label: name,
  help: '',
  input: 'text',
  is_secret: false,
  is_optional: false,
  choices: [],
  ...more,
});
const form: DestinationForm = {
  kind: 'sftp',
  label: 'SFTP server',
  help: '',
  fields: [
    field('host'),
    field('private_key', { is_secret: true, is_optional: true }),
    field('port', { input: 'number', is_optional: true }),
  ],
};

it('sends what was typed, numbers as numbers, and leaves out what is empty', () => {
  const draft = { ...freshDraft('sftp', ['sftp']), typed: { host: ' files.clinic.example ', port: '2222', private_key: '' } };
  expect(entryOf(draft, form)).toEqual({
    name: 'sftp-2',
    kind: 'sftp',
    host: 'files.clinic.example',
    port: 2222,
    is_required: true,
    is_sealed: false,
    formats: ['html'],
  });
});

it('keeps what no form asks for, and shows no secret', () => {
  const settings = {
    name: 'files',
    kind: 'sftp',
    host: 'a',
    private_key: '',
    is_required: false,
    is_paused: true,
    reading: { kind: 'sftp', user: 'reader' },
    agreement: { party: 'Hosting', scope: 'all', signed_on: '2026-11-24' },
  };
  const state = { name: 'files', kind: 'sftp', settings, secrets: [], lacks: [], backlog: {} } as unknown as DestinationState;
  const draft = draftOf(state, form);
  expect(draft.typed).toEqual({ host: 'a' });
  const entry = entryOf(draft, form, settings);
  expect(entry).toMatchObject({ is_required: false, is_paused: true, reading: settings.reading, agreement: settings.agreement });
  expect(entry).not.toHaveProperty('private_key');
});

it('names what is missing, and not a secret that is set', () => {
  const must = { ...form, fields: [field('host'), field('password', { is_secret: true })] };
  const draft = { ...freshDraft('sftp', []), name: 'Files' };
  expect(draftFaults(draft, must, new Set(), [])).toEqual(
    new Map([
      ['name', 'name_shape'],
      ['host', 'missing'],
      ['password', 'missing'],
    ]),
  );
  draft.name = 'files';
  draft.typed = { host: 'a' };
  expect(draftFaults(draft, must, new Set(['password']), ['files'])).toEqual(new Map([['name', 'name_twice']]));
  draft.agreement.party = 'Hosting';
  expect(draftFaults(draft, must, new Set(['password']), []).get('agreement')).toBe('agreement');
});
