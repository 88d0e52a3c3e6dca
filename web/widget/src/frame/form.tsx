//! Before the conversation: who, where, what, and the agreement.

import { Component } from 'preact';
import type { WidgetConfig } from '@sotto/shared/protocol.generated.ts';

import type { Words } from '../words/en.ts';
import type { App } from './app.ts';

export function bytesOver(text: string, bytesMax: number): number {
  return Math.max(0, new TextEncoder().encode(text).length - bytesMax);
}

interface Props {
  app: App;
  words: Words;
  config: WidgetConfig;
}

export class Form extends Component<Props, { isTried: boolean }> {
  override state = { isTried: false };

  override componentDidMount() {
    this.props.app.focusFirst();
  }

  #submit = (event: Event) => {
    event.preventDefault();
    const { draft } = this.props.app;
    this.setState({ isTried: true });
    const over = bytesOver(draft.question, this.props.config.message_bytes_max);
    if (draft.question.trim() === '' || over > 0) document.getElementById('question')?.focus();
    else if (!draft.consent) document.getElementById('consent')?.focus();
    else if (!this.props.app.isStarting) void this.props.app.start();
  };

  #change = (change: Partial<App['draft']>) => {
    Object.assign(this.props.app.draft, change);
    this.setState({});
  };

  #departments() {
    const { app, words, config } = this.props;
    return (
      <label>
        {words.department}
        <select value={app.draft.department} onChange={(event) => this.#change({ department: event.currentTarget.value })}>
          {config.departments.map(({ id, name, is_open }) => (
            <option key={id} value={id}>
              {name} ({is_open ? words.openNow : words.closedNow})
            </option>
          ))}
        </select>
      </label>
    );
  }

  override render() {
    const { app, words, config } = this.props;
    const { draft, startProblem } = app;
    const department = config.departments.find(({ id }) => id === draft.department);
    const isOpen = department?.is_open ?? false;
    const over = bytesOver(draft.question, config.message_bytes_max);
    const isMissing = this.state.isTried && draft.question.trim() === '';
    const lacksConsent = this.state.isTried && !draft.consent;
    return (
      <main>
        <form novalidate onSubmit={this.#submit}>
          <h2 tabIndex={-1}>{isOpen ? words.formTitle : words.closedTitle}</h2>
          {config.departments.length > 1 && this.#departments()}
          {!isOpen && <p class="amber">{words.closedHint}</p>}
          <label>
            <span>
              {words.name} <span class="hint">({words.optional})</span>
            </span>
            <input
              autocomplete="off"
              maxLength={200}
              value={draft.name}
              onInput={(event) => this.#change({ name: event.currentTarget.value })}
            />
          </label>
          <label>
            {isOpen ? words.question : words.message}
            <textarea
              id="question"
              rows={3}
              value={draft.question}
              aria-invalid={isMissing || over > 0}
              aria-describedby="question-error"
              onInput={(event) => this.#change({ question: event.currentTarget.value })}
            />
          </label>
          <p class="error" id="question-error" role="alert">
            {over > 0 ? words.tooLong(over) : isMissing ? words.needQuestion : ''}
          </p>
          <p class="hint">{words.notice}</p>
          <label class="check">
            <input
              id="consent"
              type="checkbox"
              checked={draft.consent}
              aria-invalid={lacksConsent}
              aria-describedby="consent-error"
              onChange={(event) => this.#change({ consent: event.currentTarget.checked })}
            />
            {words.consent}
          </label>
          <p class="error" id="consent-error" role="alert">
            {lacksConsent ? words.needConsent : ''}
          </p>
          {!app.canStore && <p class="amber">{words.notStored}</p>}
          <p class="error" role="alert">
            {startProblem === null ? '' : startWords(words, startProblem)}
          </p>
          <button class="primary" aria-disabled={app.isStarting}>
            {app.isStarting ? words.starting : isOpen ? words.start : words.leaveMessage}
          </button>
        </form>
      </main>
    );
  }
}

function startWords(words: Words, problem: NonNullable<App['startProblem']>): string {
  if (problem === 'unreachable') return words.startFailed;
  if (problem.code === 'too_many') return words.tooMany(problem.retry_after ?? 10);
  return words.startRefused;
}
