//! What in a draft looks like a value that masking is for. Pure; it is loaded once a draft holds a digit or an @.

import { CHECKS } from './checks.ts';
import { BLOCK, RULES, type WarningRule } from './rules.generated.ts';

/** Start and end in UTF-16 units, as a text field counts. */
export interface Finding {
  rule: string;
  isHidden: boolean;
  start: number;
  end: number;
}

/** Some patterns take the square of what they read: more of a draft is not looked at. */
const UNITS_MAX = 4000;
/** How far back a word is looked for. */
const BEFORE_MAX = 120;

/** What a department does with a rule's values: `mask`, `archive_only`, `warn_before_sending`, `off`; none is the default. */
export type ActionOf = (rule: string) => string | undefined;

/** None over another; by rule, then by place. A rule that is off warns of nothing. */
export function find(draft: string, actionOf: ActionOf = () => undefined): Finding[] {
  const skipped = Math.max(0, draft.length - UNITS_MAX);
  const text = draft.slice(skipped);
  const found: Finding[] = [];
  for (const rule of RULES) {
    const action = actionOf(rule.rule);
    if (action === 'off') continue;
    const isHidden = action === undefined ? rule.isHidden : action === 'mask';
    for (const match of text.matchAll(rule.pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      const isFree = !found.some((other) => start + skipped < other.end && other.start < end + skipped);
      if (isFree && isValue(rule, text.slice(Math.max(0, start - BEFORE_MAX), start), match[0]))
        found.push({ rule: rule.rule, isHidden, start: start + skipped, end: end + skipped });
    }
  }
  return found;
}

function isValue(rule: WarningRule, before: string, value: string): boolean {
  const said = before.normalize('NFD').replace(/\p{M}/gu, '');
  const hasCue = rule.cue !== null && rule.cue.test(said);
  if (!hasCue && (rule.needsCue || BLOCK.test(said))) return false;
  return !rule.isChecked || CHECKS.get(rule.rule)?.(value.replace(/[^A-Za-z0-9]/g, '')) === true;
}
