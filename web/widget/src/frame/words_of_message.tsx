//! A message's words: text as text. What it takes to show hidden stretches and
//! links comes with the first message that has one; until then, and without a
//! network, they are text too.

import type { Mask } from '@sotto/shared/protocol.generated.ts';

import type { App } from './app.ts';
import { h, type Child } from './dom.ts';

/** Above a field: what its text seems to hold. Its place stands from the start, so that a screen reader hears it fill. */
export function warning(app: App, draft: string): Child {
  if (/[\d@]/.test(draft) && !app.extra) void app.loadExtra();
  return (
    <p class="amber" role="status">
      {app.extra?.warning(draft)}
    </p>
  );
}

const PERHAPS_LINK = /https?:\/\/|mailto:|tel:/i;

export function messageText(app: App, text: string, masks: readonly Mask[]): Child {
  const isPlain = !masks.length && !PERHAPS_LINK.test(text);
  if (!isPlain && !app.extra) void app.loadExtra();
  return (
    <div class="text" dir="auto">
      {isPlain || !app.extra ? text : app.extra.richText(text, masks)}
    </div>
  );
}
