/** A key press becomes what it means here and now. Keys without a meaning are left alone. */
import type { Console } from '../console.svelte.ts';
import { NONE, rightsOf } from '../conversation/rights.ts';
import type { Live } from '../live/live.svelte.ts';
import { type KeyAction, actionOf } from './map.ts';

export function onKey(c: Console, live: Live, event: KeyboardEvent): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const isTyping = target !== null && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const action = actionOf({
    key: event.key,
    ctrl: event.ctrlKey,
    meta: event.metaKey,
    alt: event.altKey,
    isTyping,
    isOnControl: target?.closest('button, a, [role=menuitem], summary') != null,
    isCovered: c.dialog !== null || document.querySelector('[role=menu]') !== null || event.defaultPrevented,
  });
  if (action !== null && perform(c, live, action, target)) event.preventDefault();
}

/** Answers whether it did anything. */
export function perform(c: Console, live: Live, action: KeyAction, target: HTMLElement | null = null): boolean {
  if (action === 'help' || action === 'everything') {
    c.dialog = { is: action };
    return true;
  }
  if (action === 'back') {
    if (target === null || !/^(INPUT|TEXTAREA)$/.test(target.tagName)) return false;
    target.blur();
    return true;
  }
  if (c.router.route.at === 'history' && (action === 'next' || action === 'previous'))
    return stepIn('[data-step]', action === 'next' ? 1 : -1);
  if (c.router.route.at !== 'conversations') return false;
  if (action === 'next' || action === 'previous') {
    c.step(action === 'next' ? 1 : -1);
    if (c.cursor !== null) document.getElementById(`row-${c.cursor}`)?.focus();
    return true;
  }
  const id = c.meant;
  if (id === null) return false;
  const row = live.row(id);
  const rights = row === null ? NONE : rightsOf(row, live.me);
  if (action === 'open') c.openConversation(id);
  else if (action === 'accept' && rights.accept) void c.accept(id);
  else if (action === 'reply' && rights.reply) c.write(id, 'reply');
  else if (action === 'note' && rights.note) c.write(id, 'note');
  else if (action === 'transfer' && rights.transfer) c.dialog = { is: 'transfer', conversation: id };
  else if (action === 'close' && (rights.close || rights.finish)) c.dialog = { is: 'close', conversation: id };
  else return false;
  return true;
}

/** Focuses the neighbour of what has the focus; the first if none has. */
function stepIn(selector: string, by: 1 | -1): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const at = all.findIndex((one) => one === document.activeElement);
  const next = all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  next?.focus();
  return next !== undefined;
}
