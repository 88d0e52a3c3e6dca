//! The whole frame: which of its screens stands, and what is always there.

import type { App } from './app.ts';
import { h, type Child } from './dom.ts';
import { ending } from './ending.tsx';
import { form } from './form.tsx';
import { endQuestion, header, menu } from './header.tsx';
import { talk } from './talk.tsx';

export function frame(app: App): Child {
  const { dialog } = app;
  document.documentElement.classList.toggle('large', app.isLarge);
  return [header(app), dialog === 'menu' && menu(app), dialog === 'end' && endQuestion(app), screen(app)];
}

function screen(app: App): Child {
  const { words, config, configProblem, conversation } = app;
  if (conversation && config)
    return conversation.over ? <main key="over">{ending(app, conversation)}</main> : talk(app, conversation, config.message_bytes_max);
  if (config?.departments[0]) return form(app, config);
  if (!config && !configProblem)
    return (
      <main key="loading" class="empty late">
        {words.loading}
      </main>
    );
  return (
    <main key="empty" class="empty">
      <p role="alert">{config ? words.noDepartments : configProblem === 'unknown' ? words.unknownSite : words.unreachable}</p>
      {configProblem === 'unreachable' && (
        <button class="primary" onclick={() => void app.load()}>
          {words.tryAgain}
        </button>
      )}
    </main>
  );
}
