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

/** The button, and once it was pressed the frame. */
class Launcher {
  #root: ShadowRoot;
  #button: HTMLButtonElement;
  #badge: HTMLElement;
  #iframe: HTMLIFrameElement | null = null;
  #port: MessagePort | null = null;
  #isOpen = false;
  #hadConversation = false;

  constructor() {
    const host = document.createElement('sotto-launcher');
    this.#root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
    const accent = script.dataset.accent ?? '';
    const readable = /^#[0-9a-f]{6}$/i.test(accent) ? accent : '#0b6766';
    host.style.setProperty('--a', readable);
    host.style.setProperty('--b', inkOn(readable));
    ({ button: this.#button, badge: this.#badge } = launcherButton());
    this.#button.onclick = () => this.#show(!this.#isOpen, true);
    this.#root.append(this.#button);
    document.body.append(host);
    this.#count(0);

    window.addEventListener('message', (event) => this.#greet(event));
    window.visualViewport?.addEventListener('resize', () => this.#fit());
    window.visualViewport?.addEventListener('scroll', () => this.#fit());

    const before = remembered();
    if (before === null) return;
    this.#hadConversation = true;
    this.#embed();
    this.#show(before === 'open', false);
  }

  #show(isOpen: boolean, takesFocus: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen && !this.#iframe) this.#embed();
    remember(isOpen ? 'open' : this.#hadConversation ? 'had' : null);
    // Until the frame can close itself, the button stays as the way back.
    this.#button.hidden = isOpen && this.#port !== null;
    this.#button.ariaExpanded = String(isOpen);
    if (this.#iframe) this.#iframe.hidden = !isOpen;
    this.#fit();
    const message: ToFrame = { verb: isOpen ? 'open' : 'close' };
    this.#port?.postMessage(message);
    if (takesFocus) (isOpen ? this.#iframe : this.#button)?.focus();
  }

  #embed(): void {
    const iframe = (this.#iframe = document.createElement('iframe'));
    iframe.title = words.title;
    iframe.setAttribute('sandbox', SANDBOX);
    iframe.allow = '';
    iframe.referrerPolicy = 'strict-origin';
    iframe.src = `${origin}/widget/?site=${encodeURIComponent(site)}#${fixed}`;
    this.#root.append(iframe);
  }

  /** On a phone the keyboard covers the page without making it smaller; the visual viewport knows. */
  #fit(): void {
    const view = window.visualViewport;
    if (!this.#iframe || !view) return;
    const isPhone = matchMedia(PHONE).matches && view.scale < 1.05;
    this.#iframe.style.height = isPhone ? `${view.height}px` : '';
    this.#iframe.style.top = isPhone ? `${view.offsetTop}px` : '';
  }

  #greet({ data, origin: from, source }: MessageEvent): void {
    const frame = this.#iframe?.contentWindow;
    if (!frame || from !== origin || source !== frame || !isGreeting(data, 'ready')) return;
    const channel = new MessageChannel();
    this.#port = channel.port1;
    this.#port.onmessage = (said) => this.#hear(said.data as ToLoader);
    frame.postMessage({ sotto: 1, verb: 'channel' }, origin, [channel.port2]);
    // A frame that had the focus before its page came must be given it again.
    const hadFocus = this.#isOpen && this.#root.activeElement === this.#iframe;
    if (hadFocus) this.#iframe?.blur();
    this.#show(this.#isOpen, hadFocus);
  }

  #hear(message: ToLoader): void {
    if (message.verb === 'unread') {
      this.#hadConversation = true;
      this.#count(message.count);
      remember(this.#isOpen ? 'open' : 'had');
    } else if (message.verb === 'close') {
      if (message.forget) this.#forget();
      this.#show(false, true);
    }
  }

  #count(unread: number): void {
    this.#badge.hidden = unread === 0;
    this.#badge.textContent = unread > 9 ? '9+' : String(unread);
    this.#button.ariaLabel = unread > 0 ? `${words.label} (${unread} ${words.unread})` : words.label;
  }

  #forget(): void {
    this.#iframe?.remove();
    this.#iframe = this.#port = null;
    this.#hadConversation = false;
    this.#count(0);
  }
}

if (!document.querySelector('sotto-launcher')) {
  if (document.body) new Launcher();
  else document.addEventListener('DOMContentLoaded', () => new Launcher());
}
