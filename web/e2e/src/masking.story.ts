//! An administrator tries masking on a sample, mends what the server refuses, and saves.

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Staff } from './people.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

test('settings are tried on a sample before they count', async () => {
  const eve = await Staff.enters(sotto.places.administrator);
  const { page } = eve;
  await page.getByRole('heading', { name: 'Administration' }).waitFor();
  expect(await page.getByRole('link', { name: 'Conversations' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /^Availability/ }).count()).toBe(0);

  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Masking' }).click();
  await page.getByLabel('Sample', { exact: true }).fill('🙂 card 4111 1111 1111 1111, phone 415-555-0132, chart C-123456');
  const result = page.getByRole('status', { name: 'This is what is kept' });
  await result.getByText('card number').waitFor();
  expect(await result.innerText()).toContain('XXXX XXXX XXXX 1111');
  expect(await result.innerText()).toContain('415-555-0132');

  await page.getByRole('combobox', { name: 'Where' }).selectOption({ label: 'In the transcript' });
  await result.getByText('phone number').waitFor();
  await page.getByRole('combobox', { name: 'Where' }).selectOption({ label: 'In the conversation' });
  await result.getByText('phone number').waitFor({ state: 'detached' });
  await page.getByLabel('Here: phone number').selectOption({ label: 'Hide at once' });
  await result.getByText('phone number').waitFor();
  await page.getByRole('button', { name: 'Add an exception to phone number' }).click();
  await page.getByRole('combobox', { name: 'Then' }).selectOption({ label: 'Leave readable' });
  await eve.isKeptOutByNothing();
  await page.getByRole('combobox', { name: 'Written by' }).last().selectOption({ label: 'Agent' });
  await result.getByText('phone number').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByLabel('Name', { exact: true }).fill('chart');
  await page.getByLabel('Pattern', { exact: true }).fill('C-(');
  await page.getByText('The server cannot use this pattern.').waitFor();
  await page.getByLabel('Pattern', { exact: true }).fill('C-\\d{6}');
  await result.getByText('chart', { exact: true }).waitFor();
  await eve.isKeptOutByNothing();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText(/^Saved at/).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Remove chart' }).waitFor();
  expect(await page.getByLabel('Here: phone number').inputValue()).toBe('mask');

  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});
