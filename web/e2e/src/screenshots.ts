//! Every screen, to be looked at: light and dark, on a phone and on a desk, the widget in both languages.
//! They land in `shots/`, which git does not keep.

import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import type { Page } from 'playwright-core';

import { Browser } from './browser.ts';
import { meet, Staff } from './people.ts';
import { Sotto } from './sotto.ts';

const SHOTS = fileURLToPath(new URL('../shots/', import.meta.url));
const WIDTHS = [320, 390, 1280];
const SCHEMES = ['light', 'dark'] as const;

let sotto: Sotto;
beforeAll(async () => {
  await rm(SHOTS, { recursive: true, force: true });
  await mkdir(SHOTS, { recursive: true });
  sotto = await Sotto.start();
});
afterAll(() => sotto.stop());

/** The page as it stands, in each width and scheme. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS)
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${SHOTS}${name}-${width}-${colorScheme}.png` });
    }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** By id and place, since the names are in two languages. */
test.each([
  ['en', 'en-US'],
  ['es', 'es-MX'],
] as const)('the widget in %s', async (language, locale) => {
  const browser = await Browser.open({ locale });
  const { page } = browser;
  const desk = await Staff.enters(sotto.places.agent);
  await page.goto(sotto.places.clinic);
  const frame = page.frameLocator('iframe');
  const shot = (name: string) => shoot(page, `widget-${language}-${name}`);
  await shot('0-launcher');
  await page.locator('sotto-launcher button').click();
  await frame.locator('#question').waitFor();
  await shot('1-form');
  await frame.locator('form .primary').click();
  await shot('2-missing');
  await frame.locator('#question').fill(language === 'en' ? 'Is the clinic open on Friday?' : '¿Abren el viernes?');
  const name = `Lee ${language}`;
  await frame.locator('main input').first().fill(name);
  await frame.locator('#consent').check();
  await frame.locator('form .primary').click();
  await frame.locator('.waiting').waitFor();
  await shot('3-waiting');
  await frame.locator('.composer textarea').fill('4111 1111 1111 1111');
  await frame.locator('.composer .amber button').waitFor();
  await shot('3-warning');
  await frame.locator('.composer .primary').click();
  await frame.locator('.chip').waitFor();
  await desk.is('Available');
  await desk.accepts(name);
  await desk.replies('https://clinic.example/hours');
  await frame.locator('.agent a').waitFor();
  await shot('4-active');
  await frame.locator('header .icon').first().click();
  await frame.locator('.card select').waitFor();
  await shot('5-menu');
  await frame.locator('header .icon').first().click();
  await frame.locator('header .quiet').click();
  await shot('6-end');
  await frame.locator('.card .danger').click();
  await frame.locator('fieldset').waitFor();
  await shot('7-rating');
  await browser.close();
  await desk.leaves();
});

test('the console', async () => {
  const browser = await Browser.open();
  const { page } = browser;
  await page.goto(sotto.places.start);
  await shoot(page, 'start');
  await page.goto(`${sotto.origin('console')}/console/`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await shoot(page, 'console-sign-in');
  await browser.close();

  const ana = await Staff.enters(sotto.places.agent);
  await shoot(ana.page, 'console-conversations');
  await ana.page.getByRole('region', { name: 'Lists of conversations' }).getByRole('button', { name: /^Mine/ }).click();
  await ana.page.getByRole('region', { name: 'Lists of conversations' }).getByRole('link').first().click();
  await ana.page.getByRole('log', { name: 'Messages' }).waitFor();
  await shoot(ana.page, 'console-conversation');
  await ana.page.getByRole('button', { name: 'Redact part of this message' }).first().focus();
  await ana.page.keyboard.press('Enter');
  const dialog = ana.page.getByRole('dialog');
  await dialog.getByRole('group').getByRole('button').first().click();
  await shoot(ana.page, 'console-redact');
  await dialog.getByRole('button', { name: 'Redact', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await ana.page.getByText('redacted', { exact: true }).waitFor();
  await ana.page.locator('[data-number]').last().dblclick();
  await ana.page.getByRole('button', { name: 'Redact', exact: true }).waitFor();
  await shoot(ana.page, 'console-redacted');
  await ana.leaves();

  const eve = await Staff.enters(sotto.places.administrator);
  await eve.page.getByRole('link', { name: 'Deliveries' }).click();
  await eve.page.getByRole('heading', { name: /^Delivered/ }).waitFor();
  await shoot(eve.page, 'console-deliveries');
  for (const section of ['departments', 'site', 'dispositions', 'timing']) {
    await eve.page.goto(`${sotto.origin('console')}/console/administration/${section}`);
    await eve.page.getByRole('button', { name: 'Save changes' }).waitFor();
    await shoot(eve.page, `console-${section}`);
  }
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
  await eve.page.getByRole('button', { name: 'Connect a destination' }).waitFor();
  await shoot(eve.page, 'console-destinations-1');
  await eve.page.getByRole('button', { name: 'Connect a destination' }).click();
  await shoot(eve.page, 'console-destinations-2');
  await eve.page.getByRole('button', { name: /^Folder/ }).click();
  await eve.page.getByLabel('whole path').fill('/no/such/folder');
  await eve.page.getByRole('button', { name: 'Test connection' }).click();
  await eve.page.getByText('The connection does not work yet').waitFor();
  await shoot(eve.page, 'console-destinations-3');
  await eve.page.getByLabel('whole path').fill(sotto.places.transcripts);
  await eve.page.getByRole('button', { name: 'Test connection' }).click();
  await eve.page.getByRole('region', { name: 'Evidence' }).scrollIntoViewIfNeeded();
  await shoot(eve.page, 'console-destinations-4');
  await eve.page.getByText('Business associate agreement with who keeps the place').click();
  await eve.page.getByRole('checkbox', { name: 'Past conversations are read back from here' }).check();
  await shoot(eve.page, 'console-destinations-5');
  await eve.page.goto(`${sotto.origin('console')}/console/administration/masking`);
  await eve.page.getByRole('button', { name: 'Add an exception to card number' }).click();
  await eve.page.getByRole('button', { name: 'Add rule' }).click();
  await eve.page.getByLabel('Name', { exact: true }).fill('chart');
  await eve.page.getByLabel('Pattern', { exact: true }).fill('C-(');
  await eve.page.getByText('The server cannot use this pattern.').waitFor();
  await shoot(eve.page, 'console-masking-1');
  await eve.page.getByLabel('Pattern', { exact: true }).scrollIntoViewIfNeeded();
  await shoot(eve.page, 'console-masking-2');
  await eve.page.getByLabel('Pattern', { exact: true }).fill('C-\\d{6}');
  await eve.page.getByLabel('Sample', { exact: true }).fill('My card is 4111 1111 1111 1111, my chart C-123456');
  await eve.page.getByRole('status', { name: 'This is what is kept' }).getByText('chart', { exact: true }).waitFor();
  await shoot(eve.page, 'console-masking-3');
  await eve.leaves();
});

test('past conversations', async () => {
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.sets('Timing', 'Survey window', '5');
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
  await eve.page.getByRole('button', { name: 'Change folder' }).click();
  await eve.page.getByRole('checkbox', { name: 'Seal every document to your own keys' }).check();
  await eve.page.getByText('Fewer than two keys are proved').scrollIntoViewIfNeeded();
  await shoot(eve.page, 'console-sealed-too-early');
  await eve.page.getByRole('checkbox', { name: 'Seal every document to your own keys' }).uncheck();
  await eve.page.getByRole('checkbox', { name: 'Past conversations are read back from here' }).check();
  await eve.page.getByRole('button', { name: 'Save without a test' }).click();
  const form = eve.page.getByRole('region', { name: 'Past conversations in the console' });
  await form.getByText('Read back from: folder.').waitFor();
  await form.getByRole('checkbox', { name: 'Past conversations can be opened in the console' }).check();
  await form.getByRole('button', { name: 'Save changes' }).scrollIntoViewIfNeeded();
  await shoot(eve.page, 'console-past-0-switch');
  await form.getByRole('button', { name: 'Save changes' }).click();
  await form.getByText(/^Saved at/).waitFor();
  await eve.leaves();

  const { ana, sam } = await meet(sotto, 'Is the clinic open on Friday?');
  await ana.replies('From 9 to 5. Is 4111 1111 1111 1111 your card?', 'card number, hidden, ends 1111');
  await ana.notes('Called about Friday before.');
  await ana.closes('Answered');
  const reference = await sam.reference();
  const uma = await Staff.enters(sotto.places.supervisor);
  const found = uma.page.getByRole('article', { name: reference });
  const finds = async (what: string) => {
    await uma.page.getByRole('link', { name: 'History' }).click();
    const find = uma.page.getByRole('button', { name: 'Find', exact: true });
    for (let tries = 0; tries < 60 && (await found.getByText(what).count()) === 0; tries += 1) {
      await find.click();
      await uma.page.getByRole('heading', { name: /^Found/ }).waitFor();
    }
    await found.getByText(what).waitFor();
  };
  await finds('Open from folder');
  // Rated after it was delivered: an addendum.
  await sam.rates('Very good', 'Quick and kind.');
  await sam.leaves();
  await ana.leaves();
  await finds('1 addendum');
  await shoot(uma.page, 'console-past-1-list');
  await found.getByRole('link').click();
  await uma.page.getByText(/^Read from folder/).waitFor();
  await shoot(uma.page, 'console-past-2-open');
  await uma.page.getByRole('heading', { name: 'What came after delivery' }).scrollIntoViewIfNeeded();
  await shoot(uma.page, 'console-past-3-later');
  await uma.page.goto(`${sotto.origin('console')}/console/history/NONE-SUCH/folder`);
  await uma.page.getByRole('alert').waitFor();
  await shoot(uma.page, 'console-past-4-refused');
  await uma.page.getByRole('button', { name: 'Back to the list' }).click();
  await uma.page.getByLabel('Reference number').fill('NONE-SUCH');
  await uma.page.keyboard.press('Enter');
  await uma.page.getByText('No conversation fits.').waitFor();
  await shoot(uma.page, 'console-past-5-none');
  const phone = await Staff.enters(sotto.places.supervisor, { locale: 'es-MX', width: 320 });
  await phone.page.getByRole('link', { name: 'Historial' }).click();
  await phone.page.getByRole('heading', { name: /^Encontradas/ }).waitFor();
  await phone.isKeptOutByNothing();
  await phone.page.screenshot({ path: `${SHOTS}console-past-6-phone.png` });
  await phone.leaves();
  await uma.leaves();
});
