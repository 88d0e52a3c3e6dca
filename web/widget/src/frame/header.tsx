//! Who is here, and the ways out: end, close, menu.

import { LANGUAGE_NAMES, isLanguage } from '@sotto/shared/messages.ts';

import type { Words } from '../words/en.ts';
import type { App } from './app.ts';

const MENU = 'M5 7h14M5 12h14M5 17h14';
const DOWN = 'M6 9l6 6 6-6';

export function Icon({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '').join('');
}

export function isRunning(app: App): boolean {
  const state = app.conversation?.view?.state;
  return app.conversation?.over === null && (state === 'waiting' || state === 'active');
}

export function Header({ app, words }: { app: App; words: Words }) {
  const agent = app.conversation?.over === null ? app.conversation.view?.agent : null;
  return (
    <header>
      <div class="bar">
        {agent && (
          <span class="face" aria-hidden="true">
            {initials(agent.name)}
          </span>
        )}
        <div class="who">
          <h1 dir="auto">{app.config?.name ?? 'Chat'}</h1>
          {agent && (
            <p>
              <span class="role">{words.agent}</span> <bdi>{agent.name}</bdi>
            </p>
          )}
        </div>
        {isRunning(app) && (
          <button type="button" class="quiet" onClick={() => app.open('end')}>
            {words.end}
          </button>
        )}
        <button
          type="button"
          class="icon"
          aria-label={words.menu}
          aria-expanded={app.dialog === 'menu'}
          onClick={() => app.open(app.dialog === 'menu' ? null : 'menu')}
        >
          <Icon d={MENU} />
        </button>
        {app.link.isEmbedded && (
          <button type="button" class="icon" aria-label={words.close} onClick={() => app.link.tell({ verb: 'close', forget: false })}>
            <Icon d={DOWN} />
          </button>
        )}
      </div>
      {app.config?.practice && <p class="practice">{words.practice}</p>}
    </header>
  );
}

export function Menu({ app, words }: { app: App; words: Words }) {
  const languages = app.config?.languages.filter(isLanguage) ?? [];
  return (
    <section class="card" aria-label={words.menu}>
      <label class="check">
        <input type="checkbox" checked={app.isLarge} onChange={() => ((app.isLarge = !app.isLarge), app.changed())} />
        {words.textSize}
      </label>
      <label class="check">
        <input type="checkbox" checked={app.hasSound} onChange={() => ((app.hasSound = !app.hasSound), app.changed())} />
        {words.sound}
      </label>
      {languages.length > 1 && (
        <label>
          {words.language}
          <select value={app.language} onChange={(event) => void app.speak(event.currentTarget.value)}>
            {languages.map((language) => (
              <option key={language} value={language} lang={language}>
                {LANGUAGE_NAMES[language]}
              </option>
            ))}
          </select>
        </label>
      )}
      <details>
        <summary>{words.privacy}</summary>
        <ul>
          {words.privacyCard.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
      <button type="button" class="danger" onClick={() => app.leave()} aria-describedby="leave">
        {words.leave}
      </button>
      <p class="hint" id="leave">
        {words.leaveExplains}
      </p>
    </section>
  );
}

export function EndQuestion({ app, words }: { app: App; words: Words }) {
  const end = () => {
    app.open(null);
    void app.conversation?.end().catch(() => app.open('end'));
  };
  return (
    <section class="card" role="alertdialog" aria-labelledby="end-question" aria-describedby="end-explains">
      <h2 id="end-question">{words.endQuestion}</h2>
      <p id="end-explains">{words.endExplains}</p>
      <p class="choices">
        <button type="button" class="danger" onClick={end} ref={(button) => focusOnce(button)}>
          {words.endYes}
        </button>
        <button type="button" class="quiet" onClick={() => app.open(null)}>
          {words.endNo}
        </button>
      </p>
    </section>
  );
}

const focused = new WeakSet<HTMLElement>();

/** A ref is called at each drawing; the focus moves only at the first. */
export function focusOnce(element: HTMLElement | null): void {
  if (element === null || focused.has(element)) return;
  focused.add(element);
  element.focus();
}
