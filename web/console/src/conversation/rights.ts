/** What this person can do with a conversation now, so that no button and no key promises more. Pure. */
import type { Me, Row } from '../protocol.ts';
import { isOfferedTo } from './rows.ts';

export interface Rights {
  readonly accept: boolean;
  readonly reply: boolean;
  readonly note: boolean;
  readonly transfer: boolean;
  readonly assign: boolean;
  /** End an active one. */
  readonly close: boolean;
  /** Give a wrap-up its outcome. */
  readonly finish: boolean;
  readonly reopen: boolean;
  /** Turn a stretch of what was written into X's. */
  readonly redact: boolean;
}

export const NONE: Rights = {
  accept: false,
  reply: false,
  note: false,
  transfer: false,
  assign: false,
  close: false,
  finish: false,
  reopen: false,
  redact: false,
};

/** Administrators and auditors have no conversations, their own or others'. */
export function converses(me: Me): boolean {
  return me.role === 'agent' || me.role === 'supervisor';
}

export function rightsOf(row: Row | null, me: Me): Rights {
  if (row === null || !converses(me)) return NONE;
  const isOwn = row.agent?.id === me.id;
  const leads = me.role === 'supervisor';
  const isOpen = row.state === 'active' || row.state === 'wrap_up';
  const isFree = row.offered_until == null || isOfferedTo(row, me.id);
  return {
    accept: row.state === 'waiting' && isFree,
    reply: row.state === 'active' && isOwn,
    note: isOpen && (isOwn || leads),
    transfer: row.state === 'active' && (isOwn || leads),
    assign: row.state === 'waiting' && leads,
    close: row.state === 'active' && (isOwn || leads),
    finish: row.state === 'wrap_up' && (isOwn || leads),
    reopen: (row.state === 'wrap_up' || row.state === 'closed') && row.delivery !== 'delivered' && (isOwn || leads),
    redact: (isOpen || row.state === 'closed') && (isOwn || leads),
  };
}
