//! Before the conversation: who, where, what, and the agreement.

import type { WidgetConfig } from '@sotto/shared/protocol.generated.ts';

import type { App } from './app.ts';
import { h, type Child } from './dom.ts';
import { warning } from './words_of_message.tsx';

export function bytesOver(text: string, bytesMax: number): number {
  return Math.max(0, new TextEncoder().encode(text).length - bytesMax);
}

/** It stands empty from the start, so that a screen reader hears it fill. */
export function errorLine(id: string, problem: Child): Child {
  return (
    <p class="error" id={id} role="alert">
      {problem}
    </p>
  );
}

export function form(app: App, config: WidgetConfig): Child {
  const { words, draft } = app;
  const isOpen = config.departments.some(({ id, is_open }) => is_open && id === draft.department);
  const over = bytesOver(draft.question, config.message_bytes_max);
  const lacksQuestion = draft.isTried && !draft.question.trim();
  const lacksConsent = draft.isTried && !draft.consent;
  const submit = (event: Event) => {
    event.preventDefault();
    draft.isTried = true;
    if (!draft.question.trim() || over) document.getElementById('question')?.focus();
    else if (!draft.consent) document.getElementById('consent')?.focus();
    else if (!app.isStarting) return void app.start();
    app.changed();
  };
  return (
    <main key="form" ref={() => app.focusFirst()}>
      <form noValidate onsubmit={submit}>
        <h2 tabIndex={-1}>{isOpen ? words.formTitle : words.closedTitle}</h2>
        {config.departments[1] && departments(app, config)}
        {!isOpen && <p class="amber">{words.closedHint}</p>}
        <label>
          <span>
            {words.name} <span class="hint">({words.optional})</span>
          </span>
          <input autocomplete="off" maxLength={200} value={draft.name} oninput={(event) => (draft.name = event.currentTarget.value)} />
        </label>
        <label>
          {isOpen ? words.question : words.message}
          <textarea
            id="question"
            rows={3}
            value={draft.question}
            aria-invalid={lacksQuestion || over > 0}
            aria-describedby="question-error"
            oninput={(event) => {
              draft.question = event.currentTarget.value;
              app.changed();
            }}
          />
        </label>
        {warning(app, draft.question)}
        {errorLine('question-error', over ? words.tooLong(over) : lacksQuestion && words.needQuestion)}
        <p class="hint">{words.notice}</p>
        <label class="check">
          <input
            id="consent"
            type="checkbox"
            checked={draft.consent}
            aria-invalid={lacksConsent}
            aria-describedby="consent-error"
            onchange={(event) => {
              draft.consent = event.currentTarget.checked;
              app.changed();
            }}
          />
          {words.consent}
        </label>
        {errorLine('consent-error', lacksConsent && words.needConsent)}
        {!app.canStore && <p class="amber">{words.notStored}</p>}
        {errorLine('start-error', startWords(app))}
        <button class="primary" aria-disabled={app.isStarting}>
          {app.isStarting ? words.starting : isOpen ? words.start : words.leaveMessage}
        </button>
      </form>
    </main>
  );
}

function departments(app: App, config: WidgetConfig): Child {
  const { words, draft } = app;
  return (
    <label>
      {words.department}
      <select
        value={draft.department}
        onchange={(event) => {
          draft.department = event.currentTarget.value;
          app.changed();
        }}
      >
        {config.departments.map(({ id, name, is_open }) => (
          <option key={id} value={id}>
            {name} ({is_open ? words.openNow : words.closedNow})
          </option>
        ))}
      </select>
    </label>
  );
}

function startWords({ words, startProblem }: App): Child {
  if (!startProblem || startProblem === 'unreachable') return startProblem && words.startFailed;
  return startProblem.code === 'too_many' ? words.tooMany(startProblem.retry_after ?? 10) : words.startRefused;
}
