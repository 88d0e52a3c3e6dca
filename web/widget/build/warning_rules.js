//! Writes `src/warning/rules.generated.ts` from the rules of the masking engine: what they call a value, its pattern,
//! and the words before it that make it one or not. Part of `npm run types`.
//!
//! The engine alone decides what is hidden. The browser knows patterns and checks,
//! so it finds less, and must find nothing that the engine would leave.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const RULES = new URL('../../../docs/masking/patterns.json', import.meta.url);
const TARGET = new URL('../src/warning/rules.generated.ts', import.meta.url);
/** In this order: of two that overlap the first counts. */
const WARNED = ['card', 'iban', 'ssn', 'itin', 'email', 'phone', 'routing', 'bank_account', 'cvv', 'passport', 'driver_license'];

const literal = (pattern, flags) => `/${pattern.replace(/\\?\//g, '\\/')}/${flags}`;
const oneOf = (words) => `(?:${[...new Set(words)].map((word) => word.replace(/[^a-z0-9]+/g, '\\W+')).join('|')})`;

/** The words directly before a value, or with words between that say nothing. */
const before = (words, { words: between, tokens_max: most }) =>
  literal(`\\b${oneOf(words)}(?:\\W+${oneOf(between.map((word) => word.replace(/\W+$/, '')))}){0,${most}}\\W*$`, 'i');

export function warningRules(json) {
  const { rules, between, blocks } = JSON.parse(json);
  const lines = WARNED.map((name) => {
    const rule = rules.find((one) => one.rule === name);
    const cue = rule.cues.length === 0 ? 'null' : before(rule.cues, between);
    return `  {
    rule: '${name}',
    isHidden: ${rule.live},
    pattern: ${literal(rule.pattern, 'g')},
    isChecked: ${rule.check !== null},
    needsCue: ${rule.needs_cue},
    cue: ${cue},
  },`;
  });
  return `// Written by build/warning_rules.js from docs/masking/patterns.json: change the rules there, then \`make types\`.

export interface WarningRule {
  rule: string;
  /** By default: hidden before it is stored, else in the transcript alone. */
  isHidden: boolean;
  pattern: RegExp;
  isChecked: boolean;
  /** Counts after one of its words alone. */
  needsCue: boolean;
  cue: RegExp | null;
}

export const RULES: readonly WarningRule[] = [
${lines.join('\n')}
];

/** What follows one of these words is left alone. */
export const BLOCK = ${before(blocks, between)};
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(TARGET, warningRules(readFileSync(RULES, 'utf8')));
