import { maskNamesEn } from '@sotto/shared/words/masks.en.ts';

import type { ExtraWords } from '../frame/extra.tsx';

export const words: ExtraWords = {
  masks: maskNamesEn,
  hidden: (what: string, ends: string | null) => (ends === null ? `${what}, hidden` : `${what}, hidden, ends ${ends}`),
  why: 'Why?',
  whyHidden:
    'This was hidden before anyone could read it, and before it was saved. If the clinic needs it, they will tell you a safe way to give it.',
  redacted: 'redacted',
  whyRedacted: 'The clinic took this out later. It can’t be brought back.',
  looksLike: (what) => `This looks like a ${what}.`.replace(/ a (?=[aei])/, ' an '),
  willHide: 'It will be hidden.',
  onlyIfNeeded: 'Send it only if the clinic needs it.',
  takeOut: 'Take it out',
  opensNewTab: 'opens in a new tab',
  goesTo: (host: string) => `goes to ${host}`,
  textSize: 'Larger text',
  sound: 'Sound',
  language: 'Language',
  leaveExplains: 'Ends and clears this chat on this screen at once.',
  privacy: 'How we keep this private',
  privacyCard: [
    'Only the clinic’s staff read what you write.',
    'Card numbers and the like are hidden before they are saved.',
    'When the clinic has its copy, the key to ours is destroyed. Numbers stay, words don’t.',
    'This browser keeps only a pass for this chat, until you close the tab.',
  ],
};
