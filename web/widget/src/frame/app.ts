//! The state of the frame and what can be done to it. Views draw it, and call it.

import { chooseLanguage, isLanguage, type Language } from '@sotto/shared/messages.ts';
import { clientId } from '@sotto/shared/random.ts';
import type { Problem, Start, Started, WidgetConfig } from '@sotto/shared/protocol.generated.ts';

import { readableAccent } from '../accent.ts';
import { Conversation } from '../conversation.ts';
import { canStore, keepPass, readPass, type Pass } from '../pass.ts';
import { unreadAfter } from '../thread/thread.ts';
import type { Words } from '../words/en.ts';
import { linkToLoader, type LoaderLink } from './loader_link.ts';
import { softNote } from './sound.ts';

export interface Draft {
  name: string;
  department: string;
  question: string;
  consent: boolean;
}

const WORDS: Record<Language, () => Promise<Words>> = {
  en: () => import('../words/en.ts').then((module) => module.en),
  es: () => import('../words/es.ts').then((module) => module.es),
};

export class App {
  onChange: () => void = () => {};

  readonly site = new URLSearchParams(location.search).get('site') ?? '';
  readonly canStore = canStore();
  language: Language = 'en';
  words: Words | null = null;
  config: WidgetConfig | null = null;
  configProblem: 'unreachable' | 'unknown' | null = null;
  conversation: Conversation | null = null;
  draft: Draft = { name: '', department: '', question: '', consent: false };
  isStarting = false;
  startProblem: Problem | 'unreachable' | null = null;
  isLarge = false;
  hasSound = true;
  dialog: 'menu' | 'end' | null = null;
  isShown: boolean;
  readonly link: LoaderLink;

  #startId = clientId();
  #readUpTo = 0;

  constructor() {
    this.link = linkToLoader((message) => {
      this.isShown = message.verb === 'open';
      this.changed();
      this.focusFirst();
    });
    this.isShown = !this.link.isEmbedded;
    addEventListener('online', () => (this.config === null ? void this.load() : this.conversation?.open()));
    addEventListener('offline', () => this.conversation?.lose());
    document.addEventListener('visibilitychange', () => this.changed());
    addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (this.dialog !== null) this.open(null);
      else this.link.tell({ verb: 'close', forget: false });
    });
  }

  /** Takes up the focus that the loader gave the frame. On a touch screen not in a field: that would call the keyboard. */
  focusFirst(): void {
    if (!this.isShown || !document.hasFocus()) return;
    const where = matchMedia('(pointer: coarse)').matches ? 'h2, .list' : 'main select, main input, main textarea';
    document.querySelector<HTMLElement>(where)?.focus();
  }

  /** Asks for the clinic's settings and the visitor's language at once. */
  async load(): Promise<void> {
    const wanted = [this.words === null ? location.hash.slice(1) : this.language, ...navigator.languages].filter((tag) => tag !== '');
    const words = this.speak(chooseLanguage(['en', 'es'], wanted));
    this.configProblem = null;
    try {
      const answer = await fetch(`/api/widget/${encodeURIComponent(this.site)}`);
      if (!answer.ok) this.configProblem = answer.status === 404 ? 'unknown' : 'unreachable';
      else this.config = (await answer.json()) as WidgetConfig;
    } catch {
      this.configProblem = 'unreachable';
    }
    await words;
    if (this.config !== null) await this.#configured(this.config, wanted);
    this.changed();
  }

  async #configured(config: WidgetConfig, wanted: string[]): Promise<void> {
    const language = chooseLanguage(config.languages, wanted);
    if (language !== this.language) await this.speak(language);
    const accent = config.accent == null ? null : readableAccent(config.accent);
    if (accent !== null) {
      document.documentElement.style.setProperty('--accent-light', accent.light);
      document.documentElement.style.setProperty('--accent-dark', accent.dark);
    }
    document.title = config.name;
    this.draft.department = (config.departments.find((department) => department.is_open) ?? config.departments[0])?.id ?? '';
    const pass = readPass(this.site);
    if (pass !== null) this.#converse(pass);
  }

  async speak(language: string): Promise<void> {
    if (!isLanguage(language)) return;
    this.words = await WORDS[language]();
    this.language = language;
    document.documentElement.lang = language;
    this.changed();
  }

  changed(): void {
    const conversation = this.conversation;
    if (conversation !== null) {
      if (this.isShown && document.visibilityState === 'visible') {
        this.#readUpTo = conversation.thread.last;
        conversation.seen();
      }
      this.link.tell({ verb: 'unread', count: unreadAfter(conversation.thread, this.#readUpTo) });
    }
    this.onChange();
  }

  open(dialog: App['dialog']): void {
    this.dialog = dialog;
    this.onChange();
  }

  async start(): Promise<void> {
    const { name, department, question, consent } = this.draft;
    this.isStarting = true;
    this.startProblem = null;
    this.onChange();
    const answers = [{ field: 'question', text: question.trim() }];
    if (name.trim() !== '') answers.unshift({ field: 'name', text: name.trim() });
    const start: Start = { client_id: this.#startId, site: this.site, department, language: this.language, consent, answers };
    try {
      const answer = await fetch('/api/visitor/start', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-sotto': '1' },
        body: JSON.stringify(start),
      });
      if (answer.ok) {
        const started = (await answer.json()) as Started;
        const pass = { newest: started.token, previous: null };
        keepPass(this.site, pass);
        this.draft = { ...this.draft, question: '' };
        this.#startId = clientId();
        this.#converse(pass);
      } else {
        this.startProblem = (await answer.json()) as Problem;
        // What was said under this id is said: other words need another.
        if (this.startProblem.code === 'reused_client_id') this.#startId = clientId();
      }
    } catch {
      this.startProblem = 'unreachable';
    }
    this.isStarting = false;
    this.changed();
  }

  #converse(pass: Pass): void {
    const conversation = new Conversation(`${location.origin.replace(/^http/, 'ws')}/live/visitor`, pass);
    this.conversation = conversation;
    conversation.onChange = () => this.changed();
    conversation.onPass = (newest) => keepPass(this.site, newest);
    conversation.onMessage = () => this.hasSound && softNote();
    conversation.open();
  }

  /** To the form again. */
  again(): void {
    this.conversation?.close();
    this.conversation = null;
    this.dialog = null;
    this.#readUpTo = 0;
    keepPass(this.site, null);
    this.onChange();
    // The clinic's settings say who is on duty now.
    void this.load();
  }

  /** Nothing is left on the screen, whatever the network does. */
  leave(): void {
    const conversation = this.conversation;
    this.draft = { name: '', department: this.draft.department, question: '', consent: false };
    this.conversation = null;
    this.dialog = null;
    keepPass(this.site, null);
    this.onChange();
    void conversation?.end().catch(() => {});
    setTimeout(() => {
      conversation?.close();
      this.link.tell({ verb: 'close', forget: true });
    }, 50);
    this.link.tell({ verb: 'close', forget: false });
  }
}
