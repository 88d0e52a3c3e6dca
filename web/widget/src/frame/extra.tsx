//! What many a conversation never shows: chips for hidden stretches, links, and
//! the settings of the menu. It is loaded when the first of them is needed.

import { extra } from 'virtual:extra';
import { LINK_REL, linkParts } from '@sotto/shared/links.ts';
import { REDACTED, maskName, maskedParts, type MaskNames } from '@sotto/shared/masks.ts';
import { LANGUAGE_NAMES, isLanguage } from '@sotto/shared/messages.ts';
import type { Mask } from '@sotto/shared/protocol.generated.ts';

import type { App } from './app.ts';
import { h, type Child } from './dom.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(extra);
document.adoptedStyleSheets.push(sheet);

/** As the composer asks before it loads this at all. */
const HINT_OF_VALUE = /[\d@]/;

/** The words for it, a module a language: `words/extra.en.ts`. */
export interface ExtraWords {
  masks: MaskNames;
  hidden: (what: string, ends: string | null) => string;
  why: string;
  whyHidden: string;
  redacted: string;
  whyRedacted: string;
  looksLike: (what: string) => string;
  willHide: string;
  onlyIfNeeded: string;
  takeOut: string;
  opensNewTab: string;
  goesTo: (host: string) => string;
  textSize: string;
  sound: string;
  language: string;
  leaveExplains: string;
  privacy: string;
  privacyCard: string[];
}

export function richText(words: ExtraWords, text: string, masks: readonly Mask[]): Child {
  return maskedParts(text, masks).map((part) => (part.kind === 'masked' ? chip(words, part.rule, part.ends) : linked(words, part.text)));
}

function chip(words: ExtraWords, rule: string, ends: string | null): Child {
  return (
    <details class="chip">
      <summary>
        {rule === REDACTED ? words.redacted : words.hidden(maskName(words.masks, rule), ends)} <u>{words.why}</u>
      </summary>
      <span>{rule === REDACTED ? words.whyRedacted : words.whyHidden}</span>
    </details>
  );
}

function linked(words: ExtraWords, text: string): Child {
  return linkParts(text).map((part) =>
    part.kind === 'text' ? (
      part.text
    ) : (
      <a href={part.href} target="_blank" rel={LINK_REL}>
        {part.text}
        {part.where && ` (${words.goesTo(part.where)})`}
        <span class="unseen"> ({words.opensNewTab})</span>
      </a>
    ),
  );
}

let find: typeof import('../warning/find.ts').find | null = null;

/** What a draft seems to hold, said before it is sent. It keeps nobody from sending. */
export function warning(words: ExtraWords, app: App, draft: string): Child {
  if (!HINT_OF_VALUE.test(draft)) return null;
  if (!find) {
    import('../warning/find.ts').then(
      (loaded) => {
        find = loaded.find;
        app.changed();
      },
      () => {},
    );
    return null;
  }
  const [found] = find(draft, actionOf(app));
  return (
    found && [
      words.looksLike(maskName(words.masks, found.rule)),
      ' ',
      found.isHidden ? words.willHide : words.onlyIfNeeded,
      ' ',
      <button type="button" class="quiet" onclick={() => type(draft.slice(0, found.start) + draft.slice(found.end))}>
        {words.takeOut}
      </button>,
    ]
  );
}

/** The policy of the department that will read it: of the conversation's, where there is one, else of the one that is chosen. */
function actionOf(app: App): (rule: string) => string | undefined {
  const id = app.conversation?.view?.department ?? app.draft.department;
  const one = app.config?.departments.find((department) => department.id === id);
  return (rule) => one?.masking?.[rule];
}

/** As if the visitor had typed it into the one field that there is for many words. */
function type(draft: string): void {
  const field = document.querySelector('textarea');
  if (!field) return;
  field.value = draft;
  field.dispatchEvent(new Event('input'));
  field.focus();
}

export function settings(words: ExtraWords, app: App): Child {
  const languages = app.config?.languages.filter(isLanguage) ?? [];
  return [
    <label class="check">
      <input type="checkbox" checked={app.isLarge} onchange={() => ((app.isLarge = !app.isLarge), app.changed())} />
      {words.textSize}
    </label>,
    <label class="check">
      <input type="checkbox" checked={app.hasSound} onchange={() => (app.hasSound = !app.hasSound)} />
      {words.sound}
    </label>,
    languages[1] && (
      <label>
        {words.language}
        <select value={app.language} onchange={(event) => void app.speak(event.currentTarget.value)}>
          {languages.map((language) => (
            <option key={language} value={language} lang={language}>
              {LANGUAGE_NAMES[language]}
            </option>
          ))}
        </select>
      </label>
    ),
    <details>
      <summary>{words.privacy}</summary>
      <ul>
        {words.privacyCard.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </details>,
    <p class="hint" id="leave">
      {words.leaveExplains}
    </p>,
  ];
}
