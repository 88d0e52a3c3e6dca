/** What a form refuses before it is sent, by field path. Pure; the words are chosen where it is shown. */
export type Fault =
  | 'missing'
  | 'twice'
  | 'id_shape'
  | 'accent'
  | 'page'
  | 'no_page'
  | 'whole'
  | 'order'
  | 'one_language'
  | 'covered'
  | 'allowed'
  | 'own_name'
  | 'pattern_long'
  | 'context';

export type Faults = ReadonlyMap<string, Fault>;

const ID = /^[a-z0-9]+([_-][a-z0-9]+)*$/;

/** Rows of `{[key], name}`: both filled, the key in shape and used once. */
export function rowFaults(rows: readonly Record<string, unknown>[], key: 'id' | 'code'): Faults {
  const faults = new Map<string, Fault>();
  rows.forEach((row, at) => {
    const id = String(row[key] ?? '');
    if (String(row['name'] ?? '').trim() === '') faults.set(`${at}.name`, 'missing');
    if (id === '') faults.set(`${at}.${key}`, 'missing');
    else if (!ID.test(id)) faults.set(`${at}.${key}`, 'id_shape');
    else if (rows.some((other, index) => index < at && other[key] === id)) faults.set(`${at}.${key}`, 'twice');
  });
  return faults;
}

export function timingFaults(value: Record<string, unknown>): Faults {
  const faults = new Map<string, Fault>();
  for (const [name, figure] of Object.entries(value)) {
    const least = name === 'survey_seconds' || name === 'grace_seconds' ? 0 : 1;
    if (!Number.isInteger(figure) || Number(figure) < least) faults.set(name, 'whole');
  }
  if (!faults.has('silence_close_seconds') && Number(value['silence_close_seconds']) <= Number(value['silence_warn_seconds']))
    faults.set('silence_close_seconds', 'order');
  return faults;
}

export interface SiteValue {
  id?: string;
  name?: string;
  languages?: string[];
  accent?: string | null;
  pages?: string[];
}

export function siteFaults(value: SiteValue): Faults {
  const faults = new Map<string, Fault>();
  if ((value.name ?? '').trim() === '') faults.set('name', 'missing');
  if ((value.languages ?? []).length === 0) faults.set('languages', 'one_language');
  if (value.accent != null && !/^#[0-9a-f]{6}$/i.test(value.accent)) faults.set('accent', 'accent');
  if ((value.pages ?? []).length === 0) faults.set('pages', 'no_page');
  else if ((value.pages ?? []).some((line) => !isOrigin(line))) faults.set('pages', 'page');
  return faults;
}

/** Scheme and host only; plain http only on this machine. */
export function isOrigin(line: string): boolean {
  if (!URL.canParse(line)) return false;
  const url = new URL(line);
  const isLocal = url.hostname === 'localhost' || url.hostname.endsWith('.localhost');
  return url.origin === line && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal));
}

/** "Front desk, 2nd floor" -> `front-desk-2nd-floor`: a first proposal that the person may change. */
export function idFrom(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
