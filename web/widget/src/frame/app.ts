//! The state of the frame and what can be done to it. Views draw it, and call it.

import { chooseLanguage, isLanguage, type Language } from '@sotto/shared/messages.ts';
import { clientId } from '@sotto/shared/random.ts';
import type { Mask, Problem, Start, Started, WidgetConfig } from '@sotto/shared/protocol.generated.ts';

import { readableAccent } from '../accent.ts';
import { Conversation } from '../conversation.ts';
import { canStore, keepPass, readPass, type Pass } from '../pass.ts';
import { unreadAfter, type Message } from '../thread/thread.ts';
import type { Words } from '../words/en.ts';
import type { Child } from './dom.ts';
import { linkToLoader, type LoaderLink } from './loader_link.ts';
import { softNote } from './sound.ts';

export interface Draft {
  name: string;
  department: string;
  question: string;
  consent: boolean;
  /** Sent at least once: now say what is missing. */
  isTried: boolean;
}

const emptyDraft = (department: string): Draft => ({ name: '', department, question: '', consent: false, isTried: false });

/** What stands on the screen of one conversation beside its words. */
export interface Screen {
  /** In the composer. */
  text: string;
  editing: Message | null;
  error: string;
  field: HTMLTextAreaElement | null;
  ratingId: string;
  score: number;
  comment: string;
  ratingFailed: boolean;
  isCopied: boolean;
  /** The newest line is in sight. */
  isAtEnd: boolean;
  /** Something came while it was not. */
  hasNews: boolean;
}

const freshScreen = (): Screen => ({
  text: '',
  editing: null,
  error: '',
  field: null,
  ratingId: clientId(),
  score: 0,
  comment: '',
  ratingFailed: false,
  isCopied: false,
  isAtEnd: true,
  hasNews: false,
});

export function wordsOf(language: Language): Promise<Words> {
  return language === 'es' ? import('../words/es.ts').then(({ es }) => es) : import('../words/en.ts').then(({ en }) => en);
}

interface Extra {
  richText: (text: string, masks: readonly Mask[]) => Child;
  settings: () => Child;
  warning: (draft: string) => Child;
}

async function extraFor(app: App): Promise<Extra> {
  const [{ richText, settings, warning }, { words }] = await Promise.all([
    import('./extra.tsx'),
    app.language === 'es' ? import('../words/extra.es.ts') : import('../words/extra.en.ts'),
  ]);
  return {
    richText: (text, masks) => richText(words, text, masks),
    settings: () => settings(words, app),
    warning: (draft) => warning(words, app, draft),
  };
}

export class App {
  onChange: () => void = () => {};

  readonly site = new URLSearchParams(location.search).get('site') ?? '';
  readonly canStore = canStore();
  config: WidgetConfig | null = null;
  configProblem: 'unreachable' | 'unknown' | null = null;
  conversation: Conversation | null = null;
  draft = emptyDraft('');
  screen = freshScreen();
  isStarting = false;
  startProblem: Problem | 'unreachable' | null = null;
  isLarge = false;
  hasSound = true;
  extra: Extra | null = null;
  dialog: 'menu' | 'end' | null = null;
  isShown: boolean;
  readonly link: LoaderLink;

  #startId = clientId();
  #readUpTo = 0;
  #loadsExtra = false;

  constructor(
    public language: Language,
    public words: Words,
    readonly wanted: readonly string[],
  ) {
    document.documentElement.lang = language;
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
      else this.hide();
    });
    // The minute in which a message may be corrected runs out by itself.
    setInterval(() => this.conversation && this.changed(), 10_000);
  }

  hide(forget = false): void {
    this.link.tell({ verb: 'close', forget });
  }

  /** Takes up the focus that the loader gave the frame. On a touch screen not in a field: that would call the keyboard. */
  focusFirst(): void {
    if (!this.isShown || !document.hasFocus()) return;
    const where = matchMedia('(pointer: coarse)').matches ? 'h2, .list' : 'main select, main input, main textarea';
    document.querySelector<HTMLElement>(where)?.focus();
  }

  /** Asks for the clinic's settings. */
  async load(): Promise<void> {
    this.configProblem = null;
    this.onChange();
    try {
      const answer = await fetch(`/api/widget/${encodeURIComponent(this.site)}`);
      if (answer.ok) await this.#configure((await answer.json()) as WidgetConfig);
      else this.configProblem = answer.status === 404 ? 'unknown' : 'unreachable';
    } catch {
      this.configProblem = 'unreachable';
    }
    this.changed();
  }

  async #configure(config: WidgetConfig): Promise<void> {
    const language = chooseLanguage(config.languages, [this.language, ...this.wanted]);
    if (language !== this.language) await this.speak(language);
    const accent = readableAccent(config.accent ?? '');
    document.documentElement.style.setProperty('--accent-light', accent?.light ?? null);
    document.documentElement.style.setProperty('--accent-dark', accent?.dark ?? null);
    document.title = config.name;
    this.config = config;
    this.draft.department = (config.departments.find(({ is_open }) => is_open) ?? config.departments[0])?.id ?? '';
    const pass = readPass(this.site);
    if (pass) this.#converse(pass);
  }

  async speak(language: string): Promise<void> {
    if (!isLanguage(language)) return;
    this.words = await wordsOf(language);
    this.language = language;
    this.extra = null;
    document.documentElement.lang = language;
    this.changed();
  }

  /** For the first link, the first hidden stretch, or the menu. Where it fails, the next drawing tries again. */
  async loadExtra(): Promise<void> {
    if (this.#loadsExtra) return;
    this.#loadsExtra = true;
    this.extra = await extraFor(this).catch(() => null);
    this.#loadsExtra = false;
    if (this.extra) this.changed();
  }

  changed(): void {
    // What is not yet sent is nowhere but here.
    onbeforeunload = this.conversation?.hasUnsent ? (event) => event.preventDefault() : null;
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

  compose(text: string, editing: Message | null): void {
    Object.assign(this.screen, { text, editing, error: '' });
    this.changed();
    this.screen.field?.focus();
  }

  copy(reference: string): void {
    void navigator.clipboard?.writeText(reference).then(
      () => {
        this.screen.isCopied = true;
        this.changed();
      },
      () => {},
    );
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
        this.draft.question = '';
        this.draft.isTried = false;
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
    this.screen = freshScreen();
    this.#readUpTo = 0;
    const conversation = new Conversation(`${location.origin.replace(/^http/, 'ws')}/live/visitor`, pass);
    this.conversation = conversation;
    conversation.onChange = () => this.changed();
    conversation.onPass = (newest) => keepPass(this.site, newest);
    conversation.onMessage = () => {
      this.screen.hasNews ||= !this.screen.isAtEnd;
      if (this.hasSound) softNote();
    };
    conversation.open();
  }

  /** To the form again. */
  again(): void {
    this.conversation?.close();
    this.conversation = null;
    this.dialog = null;
    keepPass(this.site, null);
    this.onChange();
    // The clinic's settings say who is on duty now.
    void this.load();
  }

  /** Nothing is left on the screen, whatever the network does. */
  leave(): void {
    const conversation = this.conversation;
    this.draft = emptyDraft(this.draft.department);
    this.screen = freshScreen();
    this.conversation = null;
    this.dialog = null;
    keepPass(this.site, null);
    this.onChange();
    void conversation?.end().catch(() => {});
    setTimeout(() => {
      conversation?.close();
      this.hide(true);
    }, 50);
    this.hide();
  }
}
