/** Where a role begins: what it may do most. Pure. */
import { converses } from '../conversation/rights.ts';
import type { Me } from '../protocol.ts';
import type { Route } from './routes.ts';

export function homeOf(me: Me): Route {
  if (converses(me)) return { at: 'conversations', conversation: null };
  return me.role === 'administrator' ? { at: 'administration', section: null } : { at: 'deliveries' };
}
