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
    reading: { kind: 'sftp', host: 'a', private_key: '' },
    agreement: { party: 'Hosting', scope: 'all', signed_on: '2026-11-24' },
  };
  const state = { name: 'files', kind: 'sftp', settings, secrets: [], lacks: [], backlog: {} } as unknown as DestinationState;
  const draft = draftOf(state, form);
  expect(draft.typed).toEqual({ host: 'a' });
  const entry = entryOf(draft, form, settings);
  expect(entry).toMatchObject({ is_required: false, is_paused: true, reading: { kind: 'sftp', host: 'a' }, agreement: settings.agreement });
  expect(entry).not.toHaveProperty('private_key');
});

it('sends a reader of the same place with a credential of its own, and forgets a secret on demand', () => {
  const s3: DestinationForm = {
    ...form,
    kind: 's3',
    fields: [
      field('bucket'),
      field('access_key'),
      field('secret_key', { is_secret: true }),
      field('token', { is_secret: true, is_optional: true }),
    ],
  };
  const draft = { ...freshDraft('s3', []), typed: { bucket: 'clinic', access_key: 'WRITES' }, removed: ['token', 'reading.token'] };
  expect(entryOf(draft, s3, { reading: { kind: 's3' } })).not.toHaveProperty('reading');
  draft.reading = { access_key: 'READS' };
  expect(draftFaults(draft, s3, new Set(['secret_key']), [])).toEqual(new Map([['reading.secret_key', 'missing']]));
  draft.reading['secret_key'] = 'apart';
  const entry = entryOf(draft, s3);
  expect(entry).toMatchObject({
    access_key: 'WRITES',
    token: null,
    reading: { kind: 's3', bucket: 'clinic', access_key: 'READS', secret_key: 'apart', token: null },
  });
  expect(entry).not.toHaveProperty('secret_key');
  const state = { name: 's3', kind: 's3', settings: entry, secrets: [], lacks: [], backlog: {} } as unknown as DestinationState;
  expect(draftOf(state, s3).reading).toEqual({ access_key: 'READS' });
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
