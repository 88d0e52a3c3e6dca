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
const BUBBLE = 'M4 5h16v11H9l-5 4z';
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads';
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

/** The button, its name and its badge. */
function launcherButton(): { button: HTMLButtonElement; badge: HTMLElement } {
  const button = document.createElement('button');
  button.type = 'button';
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  for (const [name, value] of Object.entries({
    d: BUBBLE,
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.5',
    'stroke-linejoin': 'round',
  }))
    path.setAttribute(name, value);
  svg.append(path);
  const label = document.createElement('b');
  label.textContent = words.label;
  const badge = document.createElement('i');
  badge.hidden = true;
  button.append(svg, label, badge);
  return { button, badge };
}

function launch(): void {
  const host = document.createElement('sotto-launcher');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const accent = /^#[0-9a-f]{6}$/i.test(script.dataset.accent ?? '') ? (script.dataset.accent as string) : '#0b6766';
  host.style.setProperty('--a', accent);
  host.style.setProperty('--b', inkOn(accent));

  const { button, badge } = launcherButton();
  root.append(button);
  document.body.append(host);

  let iframe: HTMLIFrameElement | null = null;
  let port: MessagePort | null = null;
  let isOpen = false;
  let hadConversation = false;

  const tell = (message: ToFrame) => port?.postMessage(message);

  function draw(): void {
    // Until the frame can close itself, the button stays as the way back.
    button.hidden = isOpen && port !== null;
    button.ariaExpanded = String(isOpen);
    if (iframe) iframe.hidden = !isOpen;
    fit();
  }

  /** On a phone the keyboard covers the page without making it smaller; the visual viewport knows. */
  function fit(): void {
    const view = window.visualViewport;
    if (!iframe || !view) return;
    const isPhone = matchMedia(PHONE).matches && view.scale < 1.05;
    iframe.style.height = isPhone ? `${view.height}px` : '';
    iframe.style.top = isPhone ? `${view.offsetTop}px` : '';
  }

  function show(doOpen: boolean, takesFocus: boolean): void {
    isOpen = doOpen;
    if (doOpen && !iframe) embed();
    remember(isOpen ? 'open' : hadConversation ? 'had' : null);
    draw();
    tell({ verb: isOpen ? 'open' : 'close' });
    if (takesFocus) (isOpen ? iframe : button)?.focus();
  }

  function embed(): void {
    iframe = document.createElement('iframe');
    iframe.title = words.title;
    iframe.setAttribute('sandbox', SANDBOX);
    iframe.allow = '';
    iframe.referrerPolicy = 'strict-origin';
    iframe.src = `${origin}/widget/?site=${encodeURIComponent(site)}#${fixed}`;
    root.append(iframe);
  }

  function forget(): void {
    iframe?.remove();
    iframe = port = null;
    hadConversation = false;
    count(0);
  }

  function count(unread: number): void {
    badge.hidden = unread === 0;
    badge.textContent = unread > 9 ? '9+' : String(unread);
    button.ariaLabel = unread > 0 ? `${words.label} (${unread} ${words.unread})` : words.label;
  }

  function hear(message: ToLoader): void {
    if (message.verb === 'unread') {
      hadConversation = true;
      count(message.count);
      remember(isOpen ? 'open' : 'had');
    } else if (message.verb === 'close') {
      if (message.forget) forget();
      show(false, true);
    } else if (message.verb === 'resize' && iframe) {
      iframe.style.maxHeight = matchMedia(PHONE).matches ? '' : `min(${Number(message.height)}px, 100dvh - 32px)`;
    }
  }

  window.addEventListener('message', (event) => {
    if (!iframe || event.origin !== origin || event.source !== iframe.contentWindow || !isGreeting(event.data, 'ready')) return;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (said) => hear(said.data as ToLoader);
    iframe.contentWindow?.postMessage({ sotto: 1, verb: 'channel' }, origin, [channel.port2]);
    // A frame that had the focus before its page came must be given it again.
    const hadFocus = isOpen && root.activeElement === iframe;
    if (hadFocus) iframe.blur();
    show(isOpen, hadFocus);
  });
  window.visualViewport?.addEventListener('resize', fit);
  window.visualViewport?.addEventListener('scroll', fit);
  button.onclick = () => show(!isOpen, true);
  count(0);

  const before = remembered();
  if (before !== null) {
    hadConversation = true;
    embed();
    show(before === 'open', false);
  }
}

if (!document.querySelector('sotto-launcher')) {
  if (document.body) launch();
  else document.addEventListener('DOMContentLoaded', launch);
}
