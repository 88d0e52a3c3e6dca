/** Two people changed one section: what both wanted, and where they disagree. Pure. */

export interface Merged {
  readonly value: unknown;
  /** Paths that both changed, each in their own way; there `mine` stands. */
  readonly clashes: readonly string[];
}

/** Rows are told apart by the first of these that they have. */
const KEYS = ['id', 'code', 'name'];

/** `base` is what both began with. Nothing of either is lost but what a clash names. */
export function merged(base: unknown, mine: unknown, theirs: unknown): Merged {
  const clashes: string[] = [];
  return { value: merge(base, mine, theirs, '', clashes), clashes };
}

function merge(base: unknown, mine: unknown, theirs: unknown, path: string, clashes: string[]): unknown {
  if (isSame(mine, theirs) || isSame(mine, base)) return theirs;
  if (isSame(theirs, base)) return mine;
  if (isRows(mine) && isRows(theirs)) return mergeRows(isRows(base) ? base : [], mine, theirs, path, clashes);
  if (isObject(mine) && isObject(theirs)) {
    const start = isObject(base) ? base : {};
    const names = Object.keys({ ...theirs, ...mine });
    return Object.fromEntries(names.map((name) => [name, merge(start[name], mine[name], theirs[name], join(path, name), clashes)]));
  }
  clashes.push(path);
  return mine;
}

/** My order; what they added comes after. A row that one removed and the other changed stays. */
function mergeRows(base: Row[], mine: Row[], theirs: Row[], path: string, clashes: string[]): unknown[] {
  const [before, other] = [byKey(base), byKey(theirs)];
  const own = byKey(mine);
  const kept: unknown[] = [];
  for (const [key, row] of own) {
    const [old, their] = [before.get(key), other.get(key)];
    if (their !== undefined) kept.push(merge(old, row, their, join(path, key), clashes));
    else if (old === undefined) kept.push(row);
    else if (!isSame(old, row)) {
      clashes.push(join(path, key));
      kept.push(row);
    }
  }
  for (const [key, row] of other) {
    if (own.has(key)) continue;
    const old = before.get(key);
    if (old === undefined) kept.push(row);
    else if (!isSame(old, row)) {
      clashes.push(join(path, key));
      kept.push(row);
    }
  }
  return kept;
}

type Row = Record<string, unknown>;

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRows = (value: unknown): value is Row[] => Array.isArray(value) && value.every(isObject);
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const join = (path: string, name: string) => (path === '' ? name : `${path} · ${name}`);

/** A line of masking is told by what it is about. */
function lineKey({ rule, department, writer }: Row): string {
  return [rule, department, writer].filter((part) => part != null).join(' ');
}

function byKey(rows: Row[]): Map<string, Row> {
  const key = KEYS.find((name) => rows.some((row) => name in row)) ?? 'name';
  return new Map(rows.map((row, at) => [String(row[key] ?? '') || lineKey(row) || `#${at + 1}`, row]));
}
