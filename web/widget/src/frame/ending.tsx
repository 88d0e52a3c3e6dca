//! After the end: a rating if one may be given, the reference, and a way to begin again.

import type { Conversation } from '../conversation.ts';
import type { App } from './app.ts';
import { h, type Child } from './dom.ts';
import { errorLine } from './form.tsx';

export function ending(app: App, conversation: Conversation): Child {
  const { words } = app;
  const { view, over } = conversation;
  const reference = view?.reference;
  const isOld = over?.code === 'other_version';
  return (
    <section class="ending">
      {over && <p role="alert">{isOld ? words.otherVersion : words.gone}</p>}
      {!over && view?.may_rate && !view.rated && ratingForm(app, conversation)}
      {!over && view?.rated && <p role="status">{words.rateThanks}</p>}
      {reference && [
        <h2>{words.reference}</h2>,
        <p class="reference">
          <code>{reference}</code>
          <button class="quiet" onclick={() => app.copy(reference)}>
            {app.screen.isCopied ? words.copied : words.copy}
          </button>
        </p>,
        <p class="hint">{over ? words.goneReference(reference) : words.referenceExplains}</p>,
      ]}
      <button class={isOld ? 'primary' : 'quiet'} onclick={() => (isOld ? location.reload() : app.again())}>
        {isOld ? words.tryAgain : words.again}
      </button>
    </section>
  );
}

function ratingForm(app: App, conversation: Conversation): Child {
  const { words, screen } = app;
  const rate = (event: Event) => {
    event.preventDefault();
    if (!screen.score) return;
    const tell = (hasFailed: boolean) => () => {
      screen.ratingFailed = hasFailed;
      app.changed();
    };
    conversation.rate(screen.ratingId, screen.score, screen.comment).then(tell(false), tell(true));
  };
  return (
    <form onsubmit={rate}>
      <fieldset>
        <legend>{words.rateTitle}</legend>
        {words.scores.map((name, i) => (
          <label>
            <input
              type="radio"
              name="score"
              checked={screen.score === i + 1}
              onchange={() => {
                screen.score = i + 1;
                app.changed();
              }}
            />
            <span aria-hidden="true">{`${i + 1}`}</span>
            <small>{name}</small>
          </label>
        ))}
      </fieldset>
      <label>
        {words.comment}
        <textarea
          rows={2}
          maxLength={2000}
          value={screen.comment}
          oninput={(event) => {
            screen.comment = event.currentTarget.value;
          }}
        />
      </label>
      {errorLine('rate-error', screen.ratingFailed && words.rateFailed)}
      <button class="primary" aria-disabled={!screen.score}>
        {words.rate}
      </button>
    </form>
  );
}
