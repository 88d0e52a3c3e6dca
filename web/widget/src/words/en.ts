import { plural } from '@sotto/shared/messages.ts';
import { maskNamesEn } from '@sotto/shared/words/masks.en.ts';

const PLACES = ['next', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const minutes = (count: number) => `${count} ${plural('en', count)({ one: 'minute', other: 'minutes' })}`;

export const en = {
  masks: maskNamesEn,

  practice: 'Test: don’t enter health information.',
  loading: 'Opening the chat…',
  unreachable: 'We can’t reach the clinic right now. Check your connection, then try again.',
  unknownSite: 'This chat isn’t set up for this website. Please call the clinic.',
  noDepartments: 'The clinic doesn’t take chats here yet. Please call the clinic.',
  otherVersion: 'The chat was updated. Open it again to go on.',
  tryAgain: 'Try again',
  close: 'Close chat',

  formTitle: 'How can we help?',
  closedTitle: 'Leave a message',
  name: 'Your name',
  optional: 'optional',
  department: 'Who do you want to reach?',
  openNow: 'open now',
  closedNow: 'closed now',
  closedHint: 'Nobody is on duty now. Leave a message and the clinic will read it when it opens. You won’t get an answer in this window.',
  question: 'Your question',
  message: 'Your message',
  consent: 'I agree that the clinic receives what I write.',
  notice:
    'What you write goes to the clinic, which may keep it in your record. This chat service keeps no readable copy once the clinic has it. In an emergency call 911.',
  start: 'Start chat',
  leaveMessage: 'Send message',
  starting: 'Sending…',
  needQuestion: 'Write a few words so the clinic can help.',
  needConsent: 'Tick this box to go on. Without it nothing is sent.',
  notStored: 'Your browser doesn’t let this chat remember you. The conversation ends when you leave this page.',
  tooLong: (bytes: number) =>
    `That is too long to send. Shorten it by about ${bytes} ${plural('en', bytes)({ one: 'letter', other: 'letters' })}.`,
  tooMany: (seconds: number) =>
    `That was a lot at once. Try again in ${seconds} ${plural('en', seconds)({ one: 'second', other: 'seconds' })}.`,
  startFailed: 'It wasn’t sent: we can’t reach the clinic. Your words are still here. Try again.',
  startRefused: 'The clinic’s chat can’t take this now. Your words are still here. Try again in a moment.',

  team: 'Care team',
  agent: 'Staff',
  you: 'You',
  automatic: 'Clinic',
  waitingTitle: 'You’re in line',
  place: (position: number) =>
    position <= PLACES.length ? `You are ${PLACES[position - 1] ?? ''}.` : `You are number ${position} in line.`,
  wait: (seconds: number) => (seconds < 60 ? 'Less than a minute.' : `About ${minutes(Math.round(seconds / 60))}.`),
  meanwhile: 'Keep this window open. You can already add anything that helps us answer.',
  typing: (name: string) => `${name} is typing`,
  away: (name: string) => `${name} lost the connection for a moment. What you write is kept for them.`,

  offline: 'You’re offline. What you write is kept here and sent when the connection is back.',
  connecting: 'Connecting…',

  thread: 'Conversation',
  sending: 'sending',
  sent: 'sent',
  seen: 'seen',
  undelivered: 'not sent yet',
  notSent: 'not sent',
  corrected: 'edited',
  hidden: (what: string, ends: string | null) => (ends === null ? `${what}, hidden` : `${what}, hidden, ends ${ends}`),
  why: 'Why?',
  whyHidden:
    'This was hidden before anyone could read it, and before it was saved. If the clinic needs it, they will tell you a safe way to give it.',
  opensNewTab: 'opens in a new tab',
  goesTo: (host: string) => `goes to ${host}`,
  edit: 'Edit',

  accepted: (name: string) => `${name} joined the chat`,
  returned: 'You’re back in line. You keep your place.',
  transferred: (name: string) => `You’re being passed to ${name}`,
  transferredOn: 'You’re being passed to someone who can help',
  warned: (time: string) => `It has been quiet for a while. The chat ends at ${time}.`,
  stillHere: 'I’m still here',
  ended: {
    by_agent: 'The clinic ended the chat',
    by_visitor: 'You ended the chat',
    abandoned: 'You ended the chat',
    timed_out: 'The chat ended because it was quiet',
    out_of_hours: 'Your message is with the clinic',
  },
  reopened: 'The clinic opened the chat again',
  rated: (score: number) => `You gave ${score} of 5`,

  composer: 'Write a message',
  send: 'Send',
  editing: 'Editing your last message',
  editTooLate: 'It is too late to edit this message. Send a new one instead.',
  cancel: 'Cancel',
  newMessages: 'New messages',

  end: 'End',
  endQuestion: 'End this chat?',
  endExplains: 'The clinic can’t answer here after that.',
  endYes: 'End chat',
  endNo: 'Go on',

  menu: 'Menu',
  textSize: 'Larger text',
  sound: 'Sound',
  language: 'Language',
  leave: 'Leave quickly',
  leaveExplains: 'Ends and clears this chat on this screen at once.',
  privacy: 'How we keep this private',
  privacyCard: [
    'Only the clinic’s staff read what you write.',
    'Card numbers and the like are hidden before they are saved.',
    'When the clinic has its copy, the key to ours is destroyed. Numbers stay, words don’t.',
    'This browser keeps only a pass for this chat, until you close the tab.',
  ],

  rateTitle: 'How was this chat?',
  scores: ['Very bad', 'Bad', 'OK', 'Good', 'Very good'],
  comment: 'Anything to add?',
  rate: 'Send rating',
  rateThanks: 'Thank you. The clinic will see your rating.',
  rateFailed: 'The rating wasn’t sent. Try again.',
  reference: 'Your reference number',
  referenceExplains: 'Quote it if you call about this chat.',
  copy: 'Copy',
  copied: 'Copied',
  again: 'Start a new chat',
  gone: 'This chat is over and can’t be read here any more. The clinic has its copy.',
  goneReference: (reference: string) => `If you call about it, quote ${reference}.`,
};

export type Words = typeof en;
