/** The section `masking` as it is edited: the order of its lines decides, and later ones win. Pure. */
import type { Faults, Fault } from './checks.ts';

export const ACTIONS = ['mask', 'archive_only', 'warn_before_sending', 'off'] as const;
export type Action = (typeof ACTIONS)[number];

export const WRITERS = ['visitor', 'agent', 'automatic'] as const;
export type Writer = (typeof WRITERS)[number];

export interface Line {
  readonly rule: string;
  department: string | null;
  writer: Writer | null;
  action: Action;
}

export interface OwnRule {
  name: string;
  pattern: string;
  check: string | null;
  context: string[];
}

export interface Masking {
  lines: Line[];
  allowed: string[];
  own: OwnRule[];
}

const NAME = /^[A-Za-z0-9_-]{1,40}$/;
const PATTERN_BYTES_MAX = 512;
const WORDS_MAX = 32;
const WORD_BYTES_MAX = 40;
const ALLOWED_MAX = 500;
const ALLOWED_BYTES_MAX = 200;

const bytes = (text: string) => new TextEncoder().encode(text).length;
const isWhole = (line: Line) => line.department === null && line.writer === null;

/** What a rule does for everyone here; null where it is as the default has it. */
export function wholeOf(lines: readonly Line[], rule: string): Action | null {
  return lines.findLast((line) => line.rule === rule && isWhole(line))?.action ?? null;
}

/** It goes first: what is said of everyone must not cover an exception. */
export function withWhole(lines: readonly Line[], rule: string, action: Action | null): Line[] {
  const rest = lines.filter((line) => line.rule !== rule || !isWhole(line));
  return action === null ? rest : [{ rule, department: null, writer: null, action }, ...rest];
}

/** Places of a rule's exceptions among all lines. */
export function exceptionsOf(lines: readonly Line[], rule: string): number[] {
  return lines.flatMap((line, at) => (line.rule === rule && !isWhole(line) ? [at] : []));
}

function isCovered(lines: readonly Line[], at: number): boolean {
  const one = lines[at];
  return lines.slice(at + 1).some((later) => {
    const isSamePlace = later.rule === one?.rule && later.department === one.department;
    return isSamePlace && (later.writer === null || later.writer === one.writer);
  });
}

export function maskingFaults({ lines, allowed, own }: Masking): Faults {
  const faults = new Map<string, Fault>();
  lines.forEach((line, at) => {
    if (!isWhole(line) && isCovered(lines, at)) faults.set(`lines.${at}`, 'covered');
  });
  if (allowed.length > ALLOWED_MAX || allowed.some((value) => bytes(value) > ALLOWED_BYTES_MAX)) faults.set('allowed', 'allowed');
  own.forEach((rule, at) => {
    const isTwice = own.some((other, index) => index < at && other.name === rule.name);
    if (rule.name === '') faults.set(`own.${at}.name`, 'missing');
    else if (!NAME.test(rule.name)) faults.set(`own.${at}.name`, 'own_name');
    else if (isTwice) faults.set(`own.${at}.name`, 'twice');
    if (rule.pattern === '') faults.set(`own.${at}.pattern`, 'missing');
    else if (bytes(rule.pattern) > PATTERN_BYTES_MAX) faults.set(`own.${at}.pattern`, 'pattern_long');
    if (rule.context.length > WORDS_MAX || rule.context.some((word) => bytes(word) > WORD_BYTES_MAX))
      faults.set(`own.${at}.context`, 'context');
  });
  return faults;
}
