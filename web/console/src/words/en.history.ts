/** What the page of past conversations says, in English. */
import { count } from './count.ts';

const openCommand = 'sotto transcript open --identity KEYFILE FILE';

export const history = {
  heading: 'Past conversations',
  lead: 'They are found by what the catalogue knows, never by visitor, and read from your own storage when you open one.',
  looks: (left: number, most: number) => `${left} of ${count(most, 'look', 'looks')} left in this hour.`,
  shut: 'Past conversations are not open to you',
  shutLead:
    'Your clinic has not opened them, or not for your role. An administrator can, under Administration, Destinations. Until then they are read where they are stored.',
  failed: 'The catalogue could not be read.',
  again: 'Try again',

  search: 'Narrow the list',
  narrow: 'By day, department, agent or outcome',
  reference: 'Reference number',
  referenceHint: 'Such as K7QX-4MPD',
  from: 'Started on or after',
  until: 'Started on or before',
  order: 'This day is before the other. Change one of them.',
  department: 'Department',
  agent: 'Agent',
  outcome: 'Outcome',
  any: 'Any',
  find: 'Find',
  clear: 'Show all',

  results: 'Found',
  finding: 'Looking in the catalogue…',
  found: (n: number, isWhole: boolean) => (isWhole ? count(n, 'conversation', 'conversations') : `The newest ${n}; there are more`),
  none: 'Nothing has been delivered yet, or the catalogue has let it go.',
  noneFits: 'No conversation fits. Ask for less, or check the reference number.',
  more: 'Show older ones',
  hour: (from: string, to: string) => `${from} to ${to}`,
  noAgent: 'Nobody accepted it',
  noOutcome: 'No outcome',
  open: (destination: string) => `Open from ${destination}`,
  addenda: (n: number) => count(n, 'addendum', 'addenda'),
  sealed: (destination: string) => `Sealed in ${destination}: only your clinic's own keys open it.`,
  notReadBack: (destination: string) => `In ${destination}, which is not read back from here.`,

  back: 'Back to the list',
  reading: (destination: string) => `Reading it from ${destination}…`,
  proof: (destination: string, time: string) =>
    `Read from ${destination} at ${time}. Its signature and its hashes were checked: this is what was delivered.`,
  recorded: 'That you looked is recorded in the audit log. Nothing of it is kept here: it is gone when you leave this page.',
  practice: 'Held in practice mode.',
  about: 'About this conversation',
  started: 'Started',
  ended: 'Ended',
  transcript: 'Transcript',
  later: 'What came after delivery',
  laterLead: 'Above it reads as it stands now. The parts that were delivered before stay in your storage as they were.',
  addendum: (n: number) => `Addendum ${n}`,
  changed: {
    message: (when: string) => `The message of ${when} now reads:`,
    note: (when: string) => `The note of ${when} now reads:`,
    comment: (when: string) => `The comment on the rating of ${when} now reads:`,
    answer: (field: string) => `The answer to “${field}” now reads:`,
  },
  said: 'A message was written; it stands above.',
  noted: 'A note was written; it stands above.',

  refusedHeading: 'It is not shown',
  refused: {
    shut: 'Past conversations were closed meanwhile. If you need this one, ask an administrator to open them.',
    notHere: (reference: string) =>
      `The catalogue has no ${reference} that you may read from there. Check the number; if it is right, ask an administrator whether its department is yours and the place still read back.`,
    tooMany: (most: number) =>
      `You have looked ${count(most, 'time', 'times')} within an hour, which is as often as you may. Come back in an hour; who needs more asks an administrator.`,
    changed: (destination: string) =>
      `What lies in ${destination} is not what was delivered there, so it is not shown. Tell an administrator now: they ask who keeps the place, and “sotto transcript verify” names the file.`,
    sealed: (destination: string) =>
      `It is sealed in ${destination}, and the key that opens it is not here. Who holds a key opens the file with it: ${openCommand}`,
    place: (destination: string, mend: string) => `${destination} did not give it, and an administrator must look: ${mend}`,
    silent: 'The server does not answer. Check your connection, then try again.',
  },
};
