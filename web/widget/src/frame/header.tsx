//! Who is here, and the ways out: end, close, menu.

import type { App } from './app.ts';
import { h, type Child } from './dom.ts';

const MENU = 'M5 7h14M5 12h14M5 17h14';
const DOWN = 'M6 9l6 6 6-6';

export function icon(d: string): Child {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

function initials(name: string): string {
  const letters = name.match(/(?<!\S)\p{L}/gu) ?? [];
  return [letters[0], letters[1] && letters.at(-1)].join('');
}

export function header(app: App): Child {
  const { words, config, conversation } = app;
  const agent = !conversation?.over && conversation?.view?.agent;
  return (
    <header>
      <div class="bar">
        {agent && (
          <span class="face" aria-hidden="true">
            {initials(agent.name)}
          </span>
        )}
        <div class="who">
          <h1 dir="auto">{config?.name ?? 'Chat'}</h1>
          {agent && (
            <p>
              <span class="role">{words.agent}</span> <bdi>{agent.name}</bdi>
            </p>
          )}
        </div>
        {conversation?.isRunning && (
          <button class="quiet" onclick={() => app.open('end')}>
            {words.end}
          </button>
        )}
        <button
          class="icon"
          aria-label={words.menu}
          aria-expanded={app.dialog === 'menu'}
          onclick={() => app.open(app.dialog === 'menu' ? null : 'menu')}
        >
          {icon(MENU)}
        </button>
        {app.link.isEmbedded && (
          <button class="icon" aria-label={words.close} onclick={() => app.hide()}>
            {icon(DOWN)}
          </button>
        )}
      </div>
      {config?.practice && <p class="practice">{words.practice}</p>}
    </header>
  );
}

/** Leaving works at once and without a network; the settings come with `extra`. */
export function menu(app: App): Child {
  const { words } = app;
  if (!app.extra) void app.loadExtra();
  return (
    <section key="menu" class="card" aria-label={words.menu}>
      {app.extra?.settings()}
      <button class="danger" onclick={() => app.leave()} aria-describedby="leave">
        {words.leave}
      </button>
    </section>
  );
}

export function endQuestion(app: App): Child {
  const { words } = app;
  const end = () => {
    app.open(null);
    app.conversation?.end().catch(() => app.open('end'));
  };
  return (
    <section key="end" class="card" role="alertdialog" aria-labelledby="end-question" aria-describedby="end-explains">
      <h2 id="end-question">{words.endQuestion}</h2>
      <p id="end-explains">{words.endExplains}</p>
      <p class="choices">
        <button class="danger" onclick={end} ref={(button) => button.focus()}>
          {words.endYes}
        </button>
        <button class="quiet" onclick={() => app.open(null)}>
          {words.endNo}
        </button>
      </p>
    </section>
  );
}
