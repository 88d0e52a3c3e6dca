import { expect, it } from 'vitest';
import type { Me, Role } from '../protocol.ts';
import { homeOf } from './home.ts';

it('lands each role where it has something to do', () => {
  const home = (role: Role) => homeOf({ role } as Me).at;
  expect((['agent', 'supervisor', 'administrator', 'auditor'] as const).map(home)).toEqual([
    'conversations',
    'conversations',
    'administration',
    'deliveries',
  ]);
});
