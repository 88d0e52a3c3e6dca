//! What a destination is used for, and with which secrets: changed with the keyboard alone.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';

import { Staff } from './people.ts';
import { s3For, sftp, type Server } from './servers.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
let servers: Server[];
beforeEach(async () => {
  servers = [];
  sotto = await Sotto.start();
});
afterEach(async () => {
  await sotto.stop();
  for (const server of servers) await server.stop();
});

const TABS_MAX = 80;

/** Tab by tab, as somebody without a mouse comes to it; a file upload or a lost focus would end here. */
async function comesTo(eve: Staff, control: Locator): Promise<void> {
  await control.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await eve.page.keyboard.press('Tab');
  }
  throw new Error(`not reached by keyboard: ${String(control)}`);
}

async function presses(eve: Staff, name: string | RegExp): Promise<void> {
  await comesTo(eve, eve.page.getByRole('button', { name }).first());
  await eve.page.keyboard.press('Enter');
}

async function types(eve: Staff, label: string, text: string): Promise<void> {
  await comesTo(eve, eve.page.getByLabel(label, { exact: true }).first());
  await eve.page.keyboard.press('Control+A');
  await eve.page.keyboard.type(text);
}

async function atDestinations(): Promise<Staff> {
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
  await eve.page.getByRole('button', { name: 'Connect a destination' }).waitFor();
  return eve;
}

test('required or not, paused, and under which agreement, without a mouse', async () => {
  const eve = await atDestinations();
  const { page } = eve;
  const card = page.getByRole('article', { name: 'folder' });
  const lacking = card.getByText('PHI mode needs an agreement with who keeps this place.');
  await lacking.waitFor();
  await presses(eve, 'Pause folder');
  await card.getByText('Paused', { exact: true }).waitFor();
  await presses(eve, 'Resume folder');
  await card.getByText('Paused', { exact: true }).waitFor({ state: 'detached' });

  await presses(eve, 'Change folder');
  await comesTo(eve, page.getByRole('checkbox', { name: 'Required: keys wait for its receipt' }));
  await page.keyboard.press('Space');
  await comesTo(eve, page.getByText('Business associate agreement with who keeps the place'));
  await page.keyboard.press('Enter');
  await types(eve, 'With whom', 'Example Hosting');
  await presses(eve, 'Test connection');
  await page.getByText('An agreement needs its party, what it covers, and the day it was signed.').waitFor();
  await eve.isKeptOutByNothing();
  await types(eve, 'What it covers', 'Storage of transcripts');
  await comesTo(eve, page.getByLabel('Signed on', { exact: true }));
  await page.keyboard.type('01022026');
  await presses(eve, 'Save without a test');
  // The install's only destination must be required.
  await page.getByRole('alert').waitFor();
  await comesTo(eve, page.getByRole('checkbox', { name: 'Required: keys wait for its receipt' }));
  await page.keyboard.press('Space');
  await presses(eve, 'Save without a test');
  await lacking.waitFor({ state: 'detached' });
  await card.getByText('Required', { exact: true }).waitFor();

  await presses(eve, 'Change folder');
  await comesTo(eve, page.getByLabel('Ends on (optional)', { exact: true }));
  await page.keyboard.type('02022026');
  await presses(eve, 'Save without a test');
  await card.getByText('The agreement has ended.').waitFor();
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('past conversations are read with a credential of their own, which is tried and never shown', async () => {
  const bucket = 'clinic-transcripts';
  const { server, keys } = await s3For(bucket, ['s3:PutObject'], ['s3:GetObject']);
  const [writer, reader] = keys;
  if (writer === undefined || reader === undefined) throw new Error('two users have two keys');
  servers.push(server);
  const eve = await atDestinations();
  const { page } = eve;
  await presses(eve, 'Connect a destination');
  await presses(eve, /^S3-compatible storage/);
  await types(eve, 'Bucket', bucket);
  await types(eve, 'Region', 'us-east-1');
  await types(eve, 'Access key', writer.accessKey);
  await types(eve, 'Secret key', writer.secretKey);
  await types(eve, 'Address (optional)', `http://127.0.0.1:${server.port}`);
  await comesTo(eve, page.getByRole('checkbox', { name: 'Past conversations are read back from here' }));
  await page.keyboard.press('Space');
  const apart = page.getByRole('group', { name: 'Past conversations' });
  const own = async (label: string, text: string) => {
    await comesTo(eve, apart.getByLabel(label, { exact: true }));
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  };
  await own('Access key', reader.accessKey);
  await presses(eve, 'Test connection');
  await apart.getByText('Fill this in.').waitFor();
  await own('Secret key', 'copied-wrongly');
  await presses(eve, 'Test connection');
  const failure = page.getByRole('alert').filter({ hasText: 'Reading back does not' });
  await failure.getByText('The secret key does not belong to the access key.').waitFor();
  await eve.isKeptOutByNothing();
  await presses(eve, 'Go to “Secret key”');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(reader.secretKey);
  await presses(eve, 'Test connection');
  const sheet = page.getByRole('region', { name: 'Evidence' });
  await sheet.getByRole('row', { name: /^It is read back .*Refused/ }).waitFor();
  await sheet.getByRole('row', { name: /^The credential that reads back signs in/ }).waitFor();
  await presses(eve, 'Save destination');
  await presses(eve, 'Change s3');
  await apart.getByText(/^Set on/).waitFor();
  expect(await apart.getByLabel('Secret key', { exact: true }).inputValue()).toBe('');
  for (const { secretKey } of keys) expect(await page.content()).not.toContain(secretKey);

  // The one that delivers may not be the one that reads.
  await own('Access key', writer.accessKey);
  await own('Secret key', writer.secretKey);
  await presses(eve, 'Save without a test');
  await page.getByText('Make a credential of its own for reading back').first().waitFor();
  await comesTo(eve, page.getByRole('checkbox', { name: 'Past conversations are read back from here' }));
  await page.keyboard.press('Space');
  await presses(eve, 'Save without a test');
  await presses(eve, 'Change s3');
  await page.getByText(/^Set on/).waitFor();
  expect(await page.getByRole('checkbox', { name: 'Past conversations are read back from here' }).isChecked()).toBe(false);
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('a secret that need not be set is removed, or kept after all', async () => {
  const { server, user, folder, privateKey } = await sftp();
  servers.push(server);
  const eve = await atDestinations();
  const { page } = eve;
  await page.getByRole('button', { name: 'Connect a destination' }).click();
  await page.getByRole('button', { name: /^SFTP server/ }).click();
  await page.getByLabel('Server', { exact: true }).fill('localhost');
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Folder', { exact: true }).fill(folder);
  await page
    .getByLabel(/^Private key/)
    .first()
    .fill(privateKey);
  await page
    .getByLabel(/^Password/)
    .first()
    .fill('of no use');
  await page.getByText(/rarely needed/).click();
  await page.getByLabel(/^Port/).fill(String(server.port));
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByRole('button', { name: 'It is the same: take it' }).click();
  await page.getByRole('button', { name: 'Save destination' }).click();
  await presses(eve, 'Change sftp');
  await page.getByRole('button', { name: 'Remove “Password”' }).waitFor();
  const remaining = page.getByText(/^Set on/);
  expect(await remaining.count()).toBe(2);
  await presses(eve, 'Remove “Password”');
  await page.getByText('It is removed when you save.').waitFor();
  await presses(eve, 'Keep “Password”');
  await page.getByText('It is removed when you save.').waitFor({ state: 'detached' });
  await presses(eve, 'Remove “Password”');
  await eve.isKeptOutByNothing();
  await presses(eve, 'Test connection');
  await presses(eve, 'Save destination');
  await presses(eve, 'Change sftp');
  await remaining.first().waitFor();
  expect(await remaining.count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Remove “Password”' }).count()).toBe(0);
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});
