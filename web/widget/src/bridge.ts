//! What loader and frame say to each other: open, close, and one number. Never words, never tokens.
//!
//! The frame calls its parent by the parent's exact origin; the loader answers
//! the frame's exact origin with one end of a channel, and everything after
//! goes through that.

/** The first message of each side. */
export interface Greeting {
  sotto: 1;
  verb: 'ready' | 'channel';
}

export type ToFrame = { verb: 'open' } | { verb: 'close' };

export type ToLoader =
  /** Hide the panel. `forget`: the visitor is gone, take the frame away too. */
  | { verb: 'close'; forget: boolean }
  /** A conversation runs, and this many of its messages were not seen. */
  | { verb: 'unread'; count: number };

/** Only plain objects of our own shape: what a page sends is not to be trusted with more. */
export function isGreeting(message: unknown, verb: Greeting['verb']): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const said = message as Partial<Greeting>;
  return said.sotto === 1 && said.verb === verb;
}
