//! The frame's end of the line to the loader. Verbs and numbers only.

import { isGreeting, type ToFrame, type ToLoader } from '../bridge.ts';

export interface LoaderLink {
  /** The frame stands in a clinic's page; false: it was opened by itself. */
  isEmbedded: boolean;
  tell: (message: ToLoader) => void;
}

/** The loader asks the browser to name the parent's origin; which origins may be it is for `frame-ancestors` to say. */
function parentOrigin(): string | null {
  return window.parent === window || !document.referrer ? null : new URL(document.referrer).origin;
}

export function linkToLoader(hear: (message: ToFrame) => void): LoaderLink {
  const origin = parentOrigin();
  let port: MessagePort | null = null;
  if (origin !== null) {
    window.addEventListener('message', (event) => {
      if (port !== null || event.source !== window.parent || event.origin !== origin || !isGreeting(event.data, 'channel')) return;
      port = event.ports[0] ?? null;
      if (port !== null) port.onmessage = (said) => hear(said.data as ToFrame);
    });
    window.parent.postMessage({ sotto: 1, verb: 'ready' }, origin);
  }
  return { isEmbedded: origin !== null, tell: (message) => port?.postMessage(message) };
}
