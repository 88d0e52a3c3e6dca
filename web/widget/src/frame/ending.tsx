//! After the end: a rating if one may be given, the reference, and a way to begin again.

import { Component } from 'preact';
import { clientId } from '@sotto/shared/random.ts';

import type { Conversation } from '../conversation.ts';
import type { Words } from '../words/en.ts';
import type { App } from './app.ts';

interface Props {
  app: App;
  words: Words;
  conversation: Conversation;
}

export class Ending extends Component<Props, { score: number; comment: string; hasFailed: boolean; isCopied: boolean }> {
  override state = { score: 0, comment: '', hasFailed: false, isCopied: false };
  #id = clientId();

  #rate = (event: Event) => {
    event.preventDefault();
    const { score, comment } = this.state;
    if (score === 0) return;
    this.props.conversation.rate(this.#id, score, comment).then(
      () => this.setState({ hasFailed: false }),
      () => this.setState({ hasFailed: true }),
    );
  };

  #copy = (reference: string) =>
    void navigator.clipboard?.writeText(reference).then(
      () => this.setState({ isCopied: true }),
      () => {},
    );

  #rating(words: Words) {
    const { score, comment, hasFailed } = this.state;
    return (
      <form onSubmit={this.#rate}>
        <fieldset>
          <legend>{words.rateTitle}</legend>
          {words.scores.map((name, i) => (
            <label key={name}>
              <input type="radio" name="score" checked={score === i + 1} onChange={() => this.setState({ score: i + 1 })} />
              <span aria-hidden="true">{i + 1}</span>
              <small>{name}</small>
            </label>
          ))}
        </fieldset>
        <label>
          {words.comment}
          <textarea rows={2} maxLength={2000} value={comment} onInput={(event) => this.setState({ comment: event.currentTarget.value })} />
        </label>
        <p class="error" role="alert">
          {hasFailed ? words.rateFailed : ''}
        </p>
        <button class="primary" aria-disabled={score === 0}>
          {words.rate}
        </button>
      </form>
    );
  }

  override render() {
    const { app, words, conversation } = this.props;
    const { view, over } = conversation;
    const reference = view?.reference;
    return (
      <section class="ending">
        {over !== null && <p role="alert">{over.code === 'other_version' ? words.otherVersion : words.gone}</p>}
        {over === null && view?.may_rate && !view.rated && this.#rating(words)}
        {over === null && view?.rated && <p role="status">{words.rateThanks}</p>}
        {reference !== undefined && (
          <>
            <h2>{words.reference}</h2>
            <p class="reference">
              <code>{reference}</code>
              <button type="button" class="quiet" onClick={() => this.#copy(reference)}>
                {this.state.isCopied ? words.copied : words.copy}
              </button>
            </p>
            <p class="hint">{over === null ? words.referenceExplains : words.goneReference(reference)}</p>
          </>
        )}
        {over?.code === 'other_version' ? (
          <button type="button" class="primary" onClick={() => location.reload()}>
            {words.tryAgain}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={() => app.again()}>
            {words.again}
          </button>
        )}
      </section>
    );
  }
}
