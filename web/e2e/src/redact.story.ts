//! Redacting by hand, with the mouse and with keys alone: gone for the visitor too.

import { afterEach, beforeEach, expect, test } from 'vitest';

import { meet, Staff, Visitor } from './people.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

/** A double click takes the word, and on some systems the space after it. */
async function doubleClicks(who: Staff, word: string): Promise<void> {
  const message = who.page.locator('[data-number]').filter({ hasText: word });
  const place = await message.locator('[data-start]').evaluate((piece, asked) => {
    const text = piece.firstChild as Text;
    const range = document.createRange();
    range.setStart(text, text.data.indexOf(asked));
    range.setEnd(text, text.data.indexOf(asked) + asked.length);
    const { x, y, width, height } = range.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  }, word);
  await who.page.mouse.dblclick(place.x, place.y);
}

test('an agent redacts what was selected, then words chosen by keys', async () => {
  const { ana, sam } = await meet(sotto, 'May I bring my dog?');
  await sam.says('🙂🙂 his name is Quillan, he bit Brimley once');
  await ana.sees('Brimley');

  const message = ana.page.locator('[data-number]').filter({ hasText: 'Quillan' });
  await doubleClicks(ana, 'Quillan');
  await ana.page.getByRole('button', { name: 'Redact', exact: true }).click();
  const dialog = ana.page.getByRole('dialog', { name: 'Redact for good?' });
  expect(await dialog.locator('mark').innerText()).toBe('Quillan');
  await ana.isKeptOutByNothing();
  await dialog.getByRole('button', { name: 'Redact', exact: true }).click();
  await ana.sees(/^redacted$/);
  await sam.sees(/^redacted/);
  expect(await sam.frame.getByRole('log').innerText()).not.toContain('Quillan');

  const part = ana.page.getByRole('button', { name: 'Redact part of this message' }).last();
  await part.focus();
  await ana.page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Brimley', exact: true }).focus();
  await ana.page.keyboard.press('Space');
  await dialog.getByText('1 word chosen').waitFor();
  await ana.isKeptOutByNothing();
  await dialog.getByRole('button', { name: 'Redact', exact: true }).press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await ana.page.getByText('Brimley').waitFor({ state: 'detached' });
  await sam.frame.getByText('Brimley').waitFor({ state: 'detached' });
  expect(await message.or(ana.page.locator('[data-number]')).last().innerText()).toContain('🙂🙂 his name is');

  expect([...ana.browser.broken, ...sam.browser.broken]).toEqual([]);
  await ana.leaves();
  await sam.leaves();
});

test('an agent redacts what was answered in the form: the question by a selection, the name by keys', async () => {
  const ana = await Staff.enters(sotto.places.agent);
  await ana.is('Available');
  const sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.frame.getByRole('textbox', { name: 'Your name (optional)' }).fill('Sam Quillan');
  await sam.asks('May I bring Brimley?');
  await ana.accepts('Sam Quillan');
  await ana.sees('May I bring Brimley?');

  await doubleClicks(ana, 'Brimley');
  await ana.page.getByRole('button', { name: 'Redact', exact: true }).click();
  const dialog = ana.page.getByRole('dialog', { name: 'Redact for good?' });
  await dialog.getByRole('button', { name: 'Redact', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await sam.sees(/^redacted/);
  expect(await sam.frame.getByRole('log').innerText()).not.toContain('Brimley');

  const details = ana.page.getByRole('complementary', { name: 'Details' });
  const name = details.locator('.answer').filter({ hasText: 'Quillan' });
  await name.getByRole('button', { name: 'Redact part of this answer' }).press('Enter');
  await dialog.getByRole('button', { name: 'Quillan', exact: true }).press('Space');
  await ana.isKeptOutByNothing();
  await dialog.getByRole('button', { name: 'Redact', exact: true }).press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await ana.page.getByText('Quillan').first().waitFor({ state: 'detached' });
  await ana.page.getByText('Brimley').first().waitFor({ state: 'detached' });
  await ana.page.getByText('Sam XXXXXXX').first().waitFor();
  expect(await sam.frame.getByRole('log').innerText(), 'the name is not what was asked').toContain('May I bring');

  expect([...ana.browser.broken, ...sam.browser.broken]).toEqual([]);
  await ana.leaves();
  await sam.leaves();
});

test("an agent redacts a word of a rating's comment, by keys", async () => {
  const { ana, sam } = await meet(sotto, 'May I bring my dog?');
  await ana.sees('May I bring my dog?');
  await ana.closes('Answered');
  await sam.sees('How was this chat?');
  await sam.rates('Very good', 'Brimley says thanks');

  const comment = ana.page.locator('[data-number]').filter({ hasText: 'Brimley' });
  await comment.waitFor();
  await comment.locator('..').getByRole('button', { name: 'Redact part of this message' }).press('Enter');
  const dialog = ana.page.getByRole('dialog', { name: 'Redact for good?' });
  await dialog.getByRole('button', { name: 'Brimley', exact: true }).press('Space');
  await dialog.getByRole('button', { name: 'Redact', exact: true }).press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await comment.waitFor({ state: 'detached' });
  await ana.page.getByText('says thanks').waitFor();
  await ana.isKeptOutByNothing();

  expect([...ana.browser.broken, ...sam.browser.broken]).toEqual([]);
  await ana.leaves();
  await sam.leaves();
});
