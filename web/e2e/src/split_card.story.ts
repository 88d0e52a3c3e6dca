//! A card number typed over two messages: the agent never has more of it on screen than the first message held.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { meet, Staff } from './people.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

test('a card number over two messages is never whole on a screen, and not in the transcript', async ({ annotate }) => {
  // Delivery waits for the survey's window: two minutes are long for a story.
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.sets('Timing', 'Survey window', '10');
  await eve.leaves();
  const { ana, sam } = await meet(sotto, 'May I pay by card?');

  // Whatever stands on the agent's screen at any moment from now on, and when.
  await ana.page.evaluate(() => {
    const seen: { at: number; first: boolean; rest: boolean; hidden: boolean }[] = [];
    Object.assign(globalThis, { seen });
    const look = () => {
      const text = document.body.innerText;
      const hidden = text.toLowerCase().includes('card number, hidden');
      seen.push({ at: Date.now(), first: text.includes('4539 1488'), rest: text.includes('0343 6467'), hidden });
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

  const field = sam.frame.getByRole('textbox', { name: 'Write a message' });
  await field.fill('card 4539 1488 0343 6467');
  await sam.frame.getByRole('status').filter({ hasText: 'This looks like a card number.' }).waitFor();
  await sam.says('4539 1488');
  await ana.sees('4539 1488');
  const second = Date.now();
  await sam.says('0343 6467');
  await ana.page.getByText('4539 1488').waitFor({ state: 'detached' });
  await sam.frame.getByText('4539 1488').waitFor({ state: 'detached' });
  await ana.sees(/card number, hidden/i);
  type Seen = { at: number; first: boolean; rest: boolean; hidden: boolean }[];
  const seen = await ana.page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  expect(seen.some(({ first }) => first)).toBe(true);
  expect(seen.filter(({ rest }) => rest)).toEqual([]);
  // The second message comes onto the screen hidden, and the first is hidden by then.
  expect(seen.filter(({ first, hidden }) => first && hidden)).toEqual([]);
  const hidden = seen.find((moment) => moment.hidden)?.at ?? Number.NaN;
  await annotate(`The first message was hidden ${hidden - second} ms after the second was sent.`);
  await ana.isKeptOutByNothing();

  await ana.closes('Answered');
  await sam.sees('How was this chat?');
  await sam.rates('Very good', 'Quick and kind.');
  const reference = await sam.reference();
  const kim = await Staff.enters(sotto.places.supervisor);
  await kim.page.getByRole('link', { name: 'Deliveries' }).click();
  const delivered = kim.page.getByRole('region', { name: /^Delivered/ }).getByRole('rowheader', { name: reference });
  await delivered.waitFor({ timeout: 60_000 });
  const files = (await readdir(sotto.places.transcripts, { recursive: true })).filter((name) => name.includes(reference));
  const words = await Promise.all(
    files.filter((name) => /\.\w+$/.test(name)).map((name) => readFile(join(sotto.places.transcripts, name), 'latin1')),
  );
  expect(words.some((text) => text.includes('May I pay by card?'))).toBe(true);
  for (const part of ['4539 1488', '45391488', '0343 6467', '03436467']) expect(words.filter((text) => text.includes(part))).toEqual([]);

  expect([ana, kim, sam].flatMap(({ browser }) => browser.broken)).toEqual([]);
  await kim.leaves();
  await ana.leaves();
  await sam.leaves();
});
