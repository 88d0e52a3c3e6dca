/** A destination being set up: what is typed, what is sent, what is missing. Pure. */
import type { DestinationField, DestinationForm, DestinationState } from '../protocol.ts';

/** So many fields are asked for at once; the rest folds away. */
export const FIRST_FIELDS = 6;

/** What has lines of its own when it is pasted. */
const LONG = new Set(['private_key', 'service_account', 'ca_pem', 'host_key']);

export interface Draft {
  name: string;
  readonly kind: string;
  /** By setting. */
  typed: Record<string, string>;
  isRequired: boolean;
  isSealed: boolean;
  formats: string[];
  agreement: { party: string; scope: string; signed_on: string; ends_on: string };
  /** What reads past conversations back, by setting; nothing does if there is none. */
  reading: Record<string, string> | null;
  /** Secrets that are set and shall be set no more; those of `reading` as `reading.…`. */
  removed: string[];
}

export type Entry = Record<string, unknown>;
export type DraftFault = 'missing' | 'name_shape' | 'name_twice' | 'date' | 'agreement';

const NAME = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Who signs in. All else of `reading` is the place, which is the same. */
const ACCOUNT = new Set(['access_key', 'user']);
export const READING = 'reading.';

export const readingFields = (form: DestinationForm): readonly DestinationField[] =>
  form.fields.filter((field) => field.is_secret || ACCOUNT.has(field.name));

/** What is sent to a receiver cannot be fetched from it. */
export const isReadable = (form: DestinationForm): boolean => form.kind !== 'webhook';

export const isLong = (field: DestinationField): boolean => LONG.has(field.name);

export function freshDraft(kind: string, names: readonly string[]): Draft {
  let name = kind;
  for (let number = 2; names.includes(name); number += 1) name = `${kind}-${number}`;
  return {
    name,
    kind,
    typed: {},
    isRequired: true,
    isSealed: false,
    formats: ['html'],
    agreement: { party: '', scope: '', signed_on: '', ends_on: '' },
    reading: null,
    removed: [],
  };
}

/** Secrets stay empty: nobody is shown them again. */
export function draftOf(state: DestinationState, form: DestinationForm): Draft {
  const settings = state.settings as Entry;
  const typed = plainOf(form.fields, settings);
  const agreement = (settings['agreement'] ?? {}) as Partial<Draft['agreement']>;
  return {
    name: state.name,
    kind: state.kind,
    typed,
    isRequired: settings['is_required'] !== false,
    isSealed: settings['is_sealed'] === true,
    formats: (settings['formats'] as string[] | undefined) ?? [],
    agreement: {
      party: agreement.party ?? '',
      scope: agreement.scope ?? '',
      signed_on: agreement.signed_on ?? '',
      ends_on: agreement.ends_on ?? '',
    },
    reading: settings['reading'] == null ? null : plainOf(readingFields(form), settings['reading'] as Entry),
    removed: [],
  };
}

function plainOf(fields: readonly DestinationField[], settings: Entry): Record<string, string> {
  const plain = fields.filter(({ name, is_secret }) => !is_secret && settings[name] != null);
  return Object.fromEntries(plain.map(({ name }) => [name, String(settings[name] as string | number)]));
}

/** As a section holds it. Nothing is sent for what is empty, and `null` for a secret that goes. */
function valuesOf(fields: readonly DestinationField[], typed: Readonly<Record<string, string>>, removed: readonly string[]): Entry {
  const values: Entry = {};
  for (const field of fields) {
    const given = typed[field.name] ?? '';
    const text = field.is_secret || isLong(field) ? given : given.trim();
    if (text !== '') values[field.name] = field.input === 'number' ? Number(text) : text;
    else if (removed.includes(field.name)) values[field.name] = null;
  }
  return values;
}

/** The entry of the section; `before` is what it was, for all that no form asks for. */
export function entryOf(draft: Draft, form: DestinationForm, before: Entry = {}): Entry {
  const asked = new Set([...form.fields.map((field) => field.name), 'agreement', 'reading']);
  const kept = Object.entries(before).filter(([key]) => !asked.has(key));
  const entry: Entry = { ...Object.fromEntries(kept), ...valuesOf(form.fields, draft.typed, draft.removed) };
  if (draft.reading !== null) {
    const own = readingFields(form);
    const place = form.fields.filter((field) => !own.includes(field));
    const removed = draft.removed.filter((name) => name.startsWith(READING)).map((name) => name.slice(READING.length));
    entry['reading'] = { kind: draft.kind, ...valuesOf(place, draft.typed, []), ...valuesOf(own, draft.reading, removed) };
  }
  const { party, scope, signed_on, ends_on } = draft.agreement;
  if (party.trim() !== '')
    entry['agreement'] = { party: party.trim(), scope: scope.trim(), signed_on, ...(ends_on === '' ? {} : { ends_on }) };
  return {
    ...entry,
    name: draft.name.trim(),
    kind: draft.kind,
    is_required: draft.isRequired,
    is_sealed: draft.isSealed,
    formats: draft.formats,
  };
}

/** By field; `set` names the secrets that are set already. */
export function draftFaults(
  draft: Draft,
  form: DestinationForm,
  set: ReadonlySet<string>,
  others: readonly string[],
): ReadonlyMap<string, DraftFault> {
  const faults = new Map<string, DraftFault>();
  const name = draft.name.trim();
  if (!NAME.test(name)) faults.set('name', name === '' ? 'missing' : 'name_shape');
  else if (others.includes(name)) faults.set('name', 'name_twice');
  const look = (fields: readonly DestinationField[], typed: Readonly<Record<string, string>>, before: string) => {
    for (const field of fields) {
      const isEmpty = (typed[field.name] ?? '').trim() === '';
      if (isEmpty && !field.is_optional && !set.has(before + field.name)) faults.set(before + field.name, 'missing');
    }
  };
  look(form.fields, draft.typed, '');
  if (draft.reading !== null) look(readingFields(form), draft.reading, READING);
  const { party, scope, signed_on, ends_on } = draft.agreement;
  const given = [party, scope, signed_on].filter((text) => text.trim() !== '').length;
  if (given > 0 && given < 3) faults.set('agreement', 'agreement');
  else if ([signed_on, ends_on].some((day) => day !== '' && !DAY.test(day))) faults.set('agreement', 'date');
  return faults;
}
