//! Where the visitor writes. It grows to six lines; Enter sends, Shift and Enter break.

import { Component } from 'preact';
import { Disconnected } from '@sotto/shared/socket.ts';

import type { Conversation } from '../conversation.ts';
import type { Message } from '../thread/thread.ts';
import type { Words } from '../words/en.ts';
import { bytesOver } from './form.tsx';
import { Icon } from './header.tsx';

const SEND = 'M5 12h13M12 6l6 6-6 6';

interface Props {
  words: Words;
  conversation: Conversation;
  bytesMax: number;
  editing: Message | null;
  edit: (message: Message | null) => void;
}

export class Composer extends Component<Props, { text: string; error: string }> {
  override state = { text: '', error: '' };
  #field: HTMLTextAreaElement | null = null;

  override componentDidMount() {
    if (document.hasFocus()) this.#field?.focus();
  }

  override componentDidUpdate(before: Props) {
    const { editing } = this.props;
    if (editing !== before.editing) {
      this.setState({ text: editing?.text ?? '', error: '' });
      this.#field?.focus();
    }
    if (this.#field) {
      this.#field.style.height = 'auto';
      this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
    }
  }

  #submit = (event: Event) => {
    event.preventDefault();
    const { conversation, editing, edit, words, bytesMax } = this.props;
    const text = this.state.text.trim();
    if (text === '' || bytesOver(text, bytesMax) > 0) return;
    this.#field?.focus();
    if (editing === null) {
      conversation.post(text);
      this.setState({ text: '', error: '' });
      return;
    }
    conversation.correct(editing.number, text).then(
      () => edit(null),
      (error: unknown) => this.setState({ error: error instanceof Disconnected ? words.offline : words.editTooLate }),
    );
  };

  #key = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && this.props.editing !== null) {
      event.preventDefault();
      this.props.edit(null);
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#submit(event);
  };

  override render() {
    const { words, conversation, editing, edit, bytesMax } = this.props;
    const { text, error } = this.state;
    const over = bytesOver(text, bytesMax);
    const problem = over > 0 ? words.tooLong(over) : error;
    return (
      <form class="composer" onSubmit={this.#submit}>
        {editing !== null && (
          <p class="hint">
            {words.editing}{' '}
            <button type="button" class="quiet" onClick={() => edit(null)}>
              {words.cancel}
            </button>
          </p>
        )}
        <p class="error" id="composer-error" role="alert">
          {problem}
        </p>
        <div>
          <textarea
            ref={(field) => {
              this.#field = field;
            }}
            rows={1}
            aria-label={words.composer}
            placeholder={words.composer}
            aria-invalid={over > 0}
            aria-describedby="composer-error"
            value={text}
            onKeyDown={this.#key}
            onInput={(event) => {
              const words = event.currentTarget.value;
              this.setState({ text: words });
              conversation.typing(words.trim() !== '');
            }}
          />
          <button class="primary icon" aria-label={words.send} aria-disabled={text.trim() === '' || over > 0}>
            <Icon d={SEND} />
          </button>
        </div>
      </form>
    );
  }
}
