//! Where the visitor writes. It grows to six lines; Enter sends, Shift and Enter break.

import { Disconnected } from '@sotto/shared/socket.ts';

import type { Conversation } from '../conversation.ts';
import type { App } from './app.ts';
import { h, type Child } from './dom.ts';
import { bytesOver, errorLine } from './form.tsx';
import { icon } from './header.tsx';
import { warning } from './words_of_message.tsx';

const SEND = 'M5 12h13M12 6l6 6-6 6';

export function composer(app: App, conversation: Conversation, bytesMax: number): Child {
  const { words, screen } = app;
  const { editing } = screen;
  const text = screen.text.trim();
  const over = bytesOver(text, bytesMax);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!text || over) return;
    screen.field?.focus();
    if (!editing) {
      app.compose('', null);
      return conversation.post(text);
    }
    conversation.correct(editing.number, text).then(
      () => app.compose('', null),
      (error: unknown) => {
        screen.error = error instanceof Disconnected ? words.offline : words.editTooLate;
        app.changed();
      },
    );
  };
  return (
    <form class="composer" onsubmit={submit}>
      {editing && (
        <p class="hint">
          {words.editing}{' '}
          <button type="button" class="quiet" onclick={() => app.compose('', null)}>
            {words.cancel}
          </button>
        </p>
      )}
      {errorLine('composer-error', over ? words.tooLong(over) : screen.error)}
      {warning(app, screen.text)}
      <div>
        <textarea
          ref={(field) => {
            screen.field = field;
            if (document.hasFocus()) field.focus();
          }}
          rows={1}
          aria-label={words.composer}
          placeholder={words.composer}
          aria-invalid={over > 0}
          aria-describedby="composer-error"
          value={screen.text}
          onkeydown={(event) => {
            if (event.key === 'Escape' && editing) {
              event.preventDefault();
              app.compose('', null);
            }
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
          }}
          oninput={(event) => {
            screen.text = event.currentTarget.value;
            conversation.typing(screen.text.trim() !== '');
            app.changed();
          }}
        />
        <button class="primary icon" aria-label={words.send} aria-disabled={!text || over > 0}>
          {icon(SEND)}
        </button>
      </div>
    </form>
  );
}
