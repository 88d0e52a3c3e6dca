//! The launcher on the clinic's page.
//!
//! It fetches nothing before the click, knows no word of the conversation and
//! keeps in the page's `sessionStorage` only that one is open, or was had. It
//! works under the clinic's own policy: no inline style, no HTML from strings.

import { isGreeting, type ToFrame, type ToLoader } from '../bridge.ts';
import { css } from './loader.css.ts';

const WORDS: Record<'en' | 'es', { label: string; title: string; unread: string }> = {
  en: { label: 'Chat with us', title: 'Chat', unread: 'unread' },
  es: { label: 'Escríbanos', title: 'Chat', unread: 'sin leer' },
};
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals';
const PHONE = '(max-width:480px),(max-height:480px)';

const script = document.currentScript as HTMLScriptElement;
const origin = new URL(script.src).origin;
const site = script.dataset.site ?? '';
/** The clinic may fix the language; else the visitor's own browser knows best. */
const fixed = script.dataset.language ?? '';
const language = [fixed, ...navigator.languages].map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS) === 'es' ? 'es' : 'en';
const words = WORDS[language];
const key = `sotto:${site}`;

/** A page may refuse its storage; then a conversation ends with the page. */
function remember(what: 'open' | 'had' | null): void {
  try {
    if (what === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, what);
  } catch {
    // Nothing to mend here: the frame tells the visitor.
  }
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Black or white, whichever is read better on `#rrggbb` (WCAG 2.2, relative luminance). */
function inkOn(accent: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (parseInt(accent.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

/** The launcher stands once, so its parts are the module's own. */
let iframe: HTMLIFrameElement | null = null;
let port: MessagePort | null = null;
let isOpen = false;
let hadConversation = false;
const host = document.createElement('sotto-launcher');
const root = host.attachShadow({ mode: 'open' });
// The icon is drawn by the style.
const button = document.createElement('button');
const label = document.createElement('b');
const badge = document.createElement('i');
const view = window.visualViewport;

function launch(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const wanted = script.dataset.accent ?? '';
  const accent = /^#[0-9a-f]{6}$/i.test(wanted) ? wanted : '#0b6766';
  host.style.setProperty('--a', accent);
  host.style.setProperty('--b', inkOn(accent));

  label.textContent = words.label;
  button.append(label, badge);
  button.onclick = () => show(!isOpen, true);
  root.append(button);
  document.body.append(host);
  count(0);

  addEventListener('message', greet);
  view?.addEventListener('resize', fit);
  view?.addEventListener('scroll', fit);

  const before = remembered();
  if (before) {
    hadConversation = true;
    embed();
    show(before === 'open', false);
  }
}

function show(opens: boolean, takesFocus: boolean): void {
  isOpen = opens;
  if (isOpen && !iframe) embed();
  remember(isOpen ? 'open' : hadConversation ? 'had' : null);
  // Until the frame can close itself, the button stays as the way back.
  button.hidden = isOpen && port !== null;
  button.ariaExpanded = String(isOpen);
  if (iframe) iframe.hidden = !isOpen;
  fit();
  tell({ verb: isOpen ? 'open' : 'close' });
  if (takesFocus) (isOpen ? iframe : button)?.focus();
}

function tell(message: ToFrame): void {
  port?.postMessage(message);
}

function embed(): void {
  iframe = document.createElement('iframe');
  iframe.title = words.title;
  iframe.setAttribute('sandbox', SANDBOX);
  iframe.referrerPolicy = 'strict-origin';
  iframe.src = `${origin}/widget/?site=${encodeURIComponent(site)}#${fixed}`;
  root.append(iframe);
}

/** On a phone the keyboard covers the page without making it smaller; the visual viewport knows. */
function fit(): void {
  if (!iframe || !view) return;
  const isPhone = matchMedia(PHONE).matches && view.scale < 1.05;
  iframe.style.height = isPhone ? `${view.height}px` : '';
  iframe.style.top = isPhone ? `${view.offsetTop}px` : '';
}

function greet({ data, origin: from, source }: MessageEvent): void {
  const frame = iframe?.contentWindow;
  if (!frame || from !== origin || source !== frame || !isGreeting(data, 'ready')) return;
  const { port1, port2 } = new MessageChannel();
  port = port1;
  port.onmessage = (said) => hear(said.data as ToLoader);
  frame.postMessage({ sotto: 1, verb: 'channel' }, origin, [port2]);
  // A frame that had the focus before its page came must be given it again.
  const hadFocus = isOpen && root.activeElement === iframe;
  if (hadFocus) iframe?.blur();
  show(isOpen, hadFocus);
}

function hear(message: ToLoader): void {
  if (message.verb === 'unread') {
    hadConversation = true;
    count(message.count);
    remember(isOpen ? 'open' : 'had');
  } else if (message.verb === 'close') {
    if (message.forget) forget();
    show(false, true);
  }
}

function count(unread: number): void {
  badge.hidden = !unread;
  badge.textContent = unread > 9 ? '9+' : String(unread);
  button.ariaLabel = unread ? `${words.label} (${unread} ${words.unread})` : words.label;
}

function forget(): void {
  iframe?.remove();
  iframe = port = null;
  hadConversation = false;
  count(0);
}

if (!document.querySelector('sotto-launcher')) {
  if (document.body) launch();
  else document.addEventListener('DOMContentLoaded', launch);
}
