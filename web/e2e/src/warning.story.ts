//! Before sending: the widget says what a draft seems to hold, and sends it all the same.

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Staff, Visitor } from './people.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

test('a card number in a draft is named before it is sent, and nobody is kept from sending', async () => {
  const sam = await Visitor.at(sotto);
  const loaded: string[] = [];
  sam.page.on('request', (request) => loaded.push(request.url().replace(/.*\//, '')));
  await sam.opensTheWidget();
  const question = sam.frame.getByRole('textbox', { name: 'Your question' });
  await question.fill('Is the clinic open on Friday?');
  await sam.frame.getByRole('checkbox', { name: /^I agree/ }).check();
  expect(loaded.filter((name) => /^(find|extra)/.test(name))).toEqual([]);
  await question.fill('Is the clinic open on Friday? My number is 415-555-0132');
  await sam.sees('This looks like a phone number. Send it only if the clinic needs it.');
  await sam.isKeptOutByNothing();
  await sam.frame.getByRole('button', { name: 'Take it out' }).click();
  expect(await question.inputValue()).toBe('Is the clinic open on Friday? My number is ');
  expect(loaded.filter((name) => /^find/.test(name))).toHaveLength(1);
  await sam.asks('Is the clinic open on Friday?');

  const field = sam.frame.getByRole('textbox', { name: 'Write a message' });
  await field.fill('order 4111 1111 1111 1111');
  await field.fill('🙂 card 4111 1111 1111 1111');
  await sam.sees('This looks like a card number. It will be hidden.');
  await sam.isKeptOutByNothing();
  await field.press('Enter');
  await sam.sees(/card number, hidden, ends 1111/);
  expect(await sam.frame.getByText('This looks like').count()).toBe(0);

  expect(sam.browser.broken).toEqual([]);
  await sam.leaves();
});

test('after a reload the warning still goes by the policy of the department that reads', async () => {
  const eve = await Staff.enters(sotto.places.administrator);
  const { page } = eve;
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Masking' }).click();
  await page.getByRole('button', { name: 'Add an exception to phone number' }).click();
  await page.getByRole('combobox', { name: 'Department' }).first().selectOption({ label: 'Front desk' });
  await page.getByRole('combobox', { name: 'Written by' }).first().selectOption({ label: 'Visitor' });
  await page.getByRole('combobox', { name: 'Then' }).selectOption({ label: 'Hide at once' });
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText(/^Saved at/).waitFor();
  await eve.leaves();

  const sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.asks('Is there parking?');
  await sam.sees('Is there parking?');
  await sam.page.reload();
  await sam.sees('Is there parking?');
  await sam.frame.getByRole('textbox', { name: 'Write a message' }).fill('My number is 415-555-0132');
  await sam.sees('This looks like a phone number. It will be hidden.');

  expect([...eve.browser.broken, ...sam.browser.broken]).toEqual([]);
  await sam.leaves();
});
