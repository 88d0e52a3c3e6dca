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
}

export type Entry = Record<string, unknown>;
export type DraftFault = 'missing' | 'name_shape' | 'name_twice' | 'date' | 'agreement';

const NAME = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

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
  };
}

/** Secrets stay empty: nobody is shown them again. */
export function draftOf(state: DestinationState, form: DestinationForm): Draft {
  const settings = state.settings as Entry;
  const typed: Record<string, string> = {};
  for (const { name, is_secret } of form.fields) {
    const value = settings[name];
    if (!is_secret && value != null) typed[name] = String(value as string | number);
  }
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
  };
}

/** The entry of the section; `before` is what it was, for all that no form asks for. */
export function entryOf(draft: Draft, form: DestinationForm, before: Entry = {}): Entry {
  const entry: Entry = {};
  const asked = new Set(form.fields.map((field) => field.name));
  for (const [key, value] of Object.entries(before)) if (!asked.has(key)) entry[key] = value;
  for (const field of form.fields) {
    const typed = draft.typed[field.name] ?? '';
    const text = field.is_secret || isLong(field) ? typed : typed.trim();
    if (text === '') continue;
    entry[field.name] = field.input === 'number' ? Number(text) : text;
  }
  const { party, scope, signed_on, ends_on } = draft.agreement;
  delete entry['agreement'];
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
  for (const field of form.fields) {
    const isEmpty = (draft.typed[field.name] ?? '').trim() === '';
    if (isEmpty && !field.is_optional && !set.has(field.name)) faults.set(field.name, 'missing');
  }
  const { party, scope, signed_on, ends_on } = draft.agreement;
  const given = [party, scope, signed_on].filter((text) => text.trim() !== '').length;
  if (given > 0 && given < 3) faults.set('agreement', 'agreement');
  else if ([signed_on, ends_on].some((day) => day !== '' && !DAY.test(day))) faults.set('agreement', 'date');
  return faults;
}
