//! A message's words: text as text, hidden stretches as calm chips, links that say where they go.

import { LINK_REL, linkParts } from '@sotto/shared/links.ts';
import { maskName, maskedParts } from '@sotto/shared/masks.ts';
import type { Mask } from '@sotto/shared/protocol.generated.ts';

import type { Words } from '../words/en.ts';

export function MessageText({ text, masks, words }: { text: string; masks: readonly Mask[]; words: Words }) {
  return (
    <div class="text" dir="auto">
      {maskedParts(text, masks).map((part) =>
        part.kind === 'masked' ? (
          <details class="chip">
            <summary>
              {words.hidden(maskName(words.masks, part.rule), part.ends)} <u>{words.why}</u>
            </summary>
            <span>{words.whyHidden}</span>
          </details>
        ) : (
          linkParts(part.text).map((piece) =>
            piece.kind === 'text' ? (
              piece.text
            ) : (
              <a href={piece.href} target="_blank" rel={LINK_REL}>
                {piece.text}
                {piece.where !== null && ` (${words.goesTo(piece.where)})`}
                <span class="unseen"> ({words.opensNewTab})</span>
              </a>
            ),
          )
        ),
      )}
    </div>
  );
}
