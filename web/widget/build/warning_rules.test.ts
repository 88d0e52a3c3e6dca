import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { warningRules } from './warning_rules.js';

test('the rules of the warning are those of the engine', () => {
  const rules = readFileSync(new URL('../../../docs/masking/patterns.json', import.meta.url), 'utf8');
  const stored = readFileSync(new URL('../src/warning/rules.generated.ts', import.meta.url), 'utf8');
  expect(stored === warningRules(rules), 'widget/src/warning/rules.generated.ts is stale: run `make types`').toBe(true);
});
