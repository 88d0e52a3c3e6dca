//! The whole way: a question, an answer, a rating, a transcript that proves itself.

import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { violations } from './axe.ts';
import { Browser } from './browser.ts';
import { Staff, Visitor } from './people.ts';
import { Sotto, run } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

test('a visitor asks, an agent answers, and the transcript lands in the folder', async () => {
  // Delivery waits for the survey's window: two minutes are long for a story.
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.sets('Timing', 'Survey window', '10');
  await eve.leaves();

  const ana = await Staff.enters(sotto.places.agent);
  await ana.isKeptOutByNothing();
  await ana.is('Available');

  const sam = await Visitor.at(sotto);
  await sam.isKeptOutByNothing();
  await sam.opensTheWidget();
  await sam.isKeptOutByNothing();
  await sam.frame.getByRole('textbox', { name: 'Your name (optional)' }).fill('Sam Sample');
  await sam.asks('Is the clinic open on Friday?');
  await sam.isKeptOutByNothing();
  await sam.says('My card is 4111 1111 1111 1111');
  await sam.sees(/card number, hidden/);
  expect(await sam.frame.getByRole('log').innerText()).not.toContain('4111 1111');
  await sam.isKeptOutByNothing();

  await ana.accepts('Sam Sample');
  await ana.sees('Is the clinic open on Friday?');
  await ana.sees(/card number, hidden/i);
  await ana.replies('Yes, from 9 to 5.');
  await ana.notes('Asked about Friday.');
  await ana.isKeptOutByNothing();
  await sam.sees('Yes, from 9 to 5.');
  expect(await sam.frame.getByText('Asked about Friday.').count()).toBe(0);
  await sam.isKeptOutByNothing();

  const before = await readdir(sotto.places.transcripts, { recursive: true });
  await ana.closes('Answered');
  await sam.sees('How was this chat?');
  await sam.isKeptOutByNothing();
  await sam.rates('Very good', 'Quick and kind.');
  const reference = await sam.reference();
  await sam.isKeptOutByNothing();

  expect(await ana.page.getByRole('link', { name: 'Deliveries' }).count()).toBe(0);
  const kim = await Staff.enters(sotto.places.supervisor);
  await kim.page.getByRole('link', { name: 'Deliveries' }).click();
  await kim.page
    .getByRole('region', { name: /^Delivered/ })
    .getByRole('rowheader', { name: reference })
    .waitFor({ timeout: 60_000 });
  const after = await readdir(sotto.places.transcripts, { recursive: true });
  expect(after.filter((name) => !before.includes(name) && name.includes(reference))).not.toEqual([]);
  const verified = await run('transcript', 'verify', '--folder', sotto.places.transcripts);
  expect(verified, verified.said).toMatchObject({ code: 0 });

  await kim.isKeptOutByNothing();

  expect([ana, kim, sam].flatMap(({ browser }) => browser.broken)).toEqual([]);
  await kim.leaves();
  await ana.leaves();
  await sam.leaves();
});

test('the start page and the sign-in keep nobody out', async () => {
  const browser = await Browser.open();
  await browser.page.goto(sotto.places.start);
  expect(await violations(browser.page)).toEqual([]);
  await browser.page.goto(`${sotto.origin('console')}/console/`);
  await browser.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await violations(browser.page)).toEqual([]);
  expect(browser.broken).toEqual([]);
  await browser.close();
});

test('what was said is there again after a reload, the first question too', async () => {
  const sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.asks('Is there parking?');
  await sam.says('For a van.');
  await sam.sees('✓ sent');
  await sam.page.reload();
  await sam.sees('Is there parking?');
  await sam.sees('For a van.');
  const stored = await Promise.all(
    sam.page.frames().map((frame) => frame.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))),
  );
  expect(stored.join()).not.toMatch(/parking|van/);
  await sam.leaves();
});

test('a browser that refuses storage says before the first message that the chat ends with the page', async () => {
  const sam = await Visitor.at(sotto, { refusesFrameStorage: true });
  await sam.opensTheWidget();
  await sam.sees('The conversation ends when you leave this page.');
  await sam.asks('Is there parking?');
  await sam.leaves();
});

test('an administrator closes a department, and the next visitor leaves a message', async () => {
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.page.getByRole('link', { name: 'Administration' }).click();
  const switches = eve.page.getByRole('switch');
  await switches.first().waitFor();
  await eve.isKeptOutByNothing();
  for (const one of await switches.all()) await one.setChecked(false);
  await eve.page.getByRole('button', { name: 'Save changes' }).click();
  await eve.page.getByText(/^Saved at/).waitFor();
  for (const name of ['Site', 'Outcomes', 'Timing', 'Destinations']) {
    await eve.page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name }).click();
    await eve.page.getByRole('button', { name: name === 'Destinations' ? 'Connect a destination' : 'Save changes' }).waitFor();
    await eve.isKeptOutByNothing();
  }
  const sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.frame.getByRole('heading', { name: 'Leave a message' }).waitFor();
  await eve.leaves();
  await sam.leaves();
});
