//! The whole frame: which of its screens stands, and what is always there.

import type { App } from './app.ts';
import { Ending } from './ending.tsx';
import { Form } from './form.tsx';
import { EndQuestion, Header, Menu } from './header.tsx';
import { Talk } from './talk.tsx';

export function Frame({ app }: { app: App }) {
  const { words, config, conversation } = app;
  if (words === null) return null;
  document.documentElement.classList.toggle('large', app.isLarge);
  return (
    <>
      <Header app={app} words={words} />
      {app.dialog === 'menu' && <Menu app={app} words={words} />}
      {app.dialog === 'end' && <EndQuestion app={app} words={words} />}
      {config === null ? (
        <Empty app={app} />
      ) : conversation === null ? (
        config.departments.length === 0 ? (
          <main class="empty">
            <p>{words.noDepartments}</p>
          </main>
        ) : (
          <Form app={app} words={words} config={config} />
        )
      ) : conversation.over !== null ? (
        <main>
          <Ending app={app} words={words} conversation={conversation} />
        </main>
      ) : (
        <Talk app={app} words={words} conversation={conversation} bytesMax={config.message_bytes_max} />
      )}
    </>
  );
}

function Empty({ app }: { app: App }) {
  const { words, configProblem } = app;
  if (words === null) return null;
  if (configProblem === null) return <main class="empty late">{words.loading}</main>;
  return (
    <main class="empty">
      <p role="alert">{configProblem === 'unknown' ? words.unknownSite : words.unreachable}</p>
      {configProblem === 'unreachable' && (
        <button type="button" class="primary" onClick={() => void app.load()}>
          {words.tryAgain}
        </button>
      )}
    </main>
  );
}
