/** Which key does what, and when it must leave typing alone. Pure. */
export type KeyAction = 'next' | 'previous' | 'open' | 'accept' | 'reply' | 'note' | 'transfer' | 'close' | 'help' | 'everything' | 'back';

export interface Press {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  /** The focus is where text is typed. */
  readonly isTyping: boolean;
  /** The focus is on something that does its own thing with Enter. */
  readonly isOnControl: boolean;
  /** A dialog or a menu is open and owns the keyboard. */
  readonly isCovered: boolean;
}

const PLAIN: Readonly<Record<string, KeyAction>> = {
  j: 'next',
  k: 'previous',
  a: 'accept',
  r: 'reply',
  n: 'note',
  t: 'transfer',
  e: 'close',
  '?': 'help',
};

/** Letters work outside of text fields only; `Ctrl+K` works everywhere. */
export function actionOf(press: Press): KeyAction | null {
  const isCommand = press.ctrl || press.meta;
  if (isCommand && !press.alt && press.key.toLowerCase() === 'k') return press.isCovered ? null : 'everything';
  if (isCommand || press.alt || press.isCovered) return null;
  if (press.key === 'Escape') return 'back';
  if (press.isTyping) return null;
  if (press.key === 'Enter') return press.isOnControl ? null : 'open';
  return PLAIN[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}

/** As the help shows them, in this order. */
export const SHOWN: readonly (readonly [KeyAction, readonly string[]])[] = [
  ['next', ['j']],
  ['previous', ['k']],
  ['open', ['Enter']],
  ['accept', ['a']],
  ['reply', ['r']],
  ['note', ['n']],
  ['transfer', ['t']],
  ['close', ['e']],
  ['back', ['Esc']],
  ['everything', ['Ctrl', 'K']],
  ['help', ['?']],
];

/** Words of `query`, each at the start of a word of `text` or inside it; accents and case do not matter. */
export function matches(text: string, query: string): boolean {
  const plain = fold(text);
  return fold(query)
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => plain.includes(word));
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
