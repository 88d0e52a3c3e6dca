//! A transcript that waits for its place: tried again by a person, given up and taken up anew, sealed.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Staff, talk } from './people.ts';
import { program } from './servers.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
beforeEach(async () => {
  sotto = await Sotto.start();
});
afterEach(() => sotto.stop());

async function atDestinations(): Promise<Staff> {
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
  await eve.page.getByRole('button', { name: 'Connect a destination' }).waitFor();
  return eve;
}

const stored = (reference: string) =>
  readdirSync(sotto.places.transcripts, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(reference));

test('what is tried no more is named, and delivered once the cause is mended', async () => {
  let eve = await atDestinations();
  await eve.page.getByRole('button', { name: 'Change folder' }).click();
  await eve.page.getByLabel('A file that must be there').fill('mounted.txt');
  await eve.page.getByRole('button', { name: 'Save without a test' }).click();
  const reference = await talk(sotto, 'Is the clinic open on Friday?');
  const waits = (text: string) => eve.page.getByRole('article', { name: 'folder' }).getByText(text).waitFor({ timeout: 60_000 });
  await waits('the share is probably not mounted');
  await eve.leaves();

  // Six days on nobody tries any more.
  await sotto.restartsAfter(6);
  eve = await atDestinations();
  await waits('tried no more');
  await eve.isKeptOutByNothing();
  await eve.page.getByRole('link', { name: 'Deliveries' }).click();
  const waiting = eve.page.getByRole('region', { name: /^On the way/ }).getByRole('row', { name: new RegExp(reference) });
  await waiting.waitFor();
  await eve.isKeptOutByNothing();
  expect(stored(reference)).toEqual([]);
  writeFileSync(join(sotto.places.transcripts, 'mounted.txt'), '');
  const again = eve.page.getByRole('button', { name: 'Try what waits now' });
  await again.focus();
  await eve.page.keyboard.press('Enter');
  await eve.page.getByText(/tried again now/).waitFor();
  await eve.page
    .getByRole('region', { name: /^Delivered/ })
    .getByRole('rowheader', { name: reference })
    .waitFor({ timeout: 60_000 });
  expect(stored(reference)).not.toEqual([]);
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('what is to be sealed before there are keys is warned about, and nothing goes there', async () => {
  const eve = await atDestinations();
  const { page } = eve;
  const warning = page.getByText('Fewer than two keys are proved, so nothing can be sealed yet');
  await page.getByRole('button', { name: 'Change folder' }).click();
  await page.getByRole('checkbox', { name: 'Seal every document to your own keys' }).check();
  await page.getByRole('status').filter({ has: warning }).waitFor();
  await eve.isKeptOutByNothing();
  await page.getByRole('button', { name: 'Save without a test' }).click();
  await page.getByText('folder is saved, and gets nothing until two keys are proved.').waitFor();
  const card = page.getByRole('article', { name: 'folder' });
  await card.filter({ has: warning }).waitFor();
  const reference = await talk(sotto, 'Is the clinic open on Friday?');
  await card.getByText('There are not two proved keys to seal to.').waitFor({ timeout: 60_000 });
  await eve.isKeptOutByNothing();
  expect(stored(reference)).toEqual([]);
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('with two proved keys a destination is sealed, and only their holders read it', async () => {
  const { keygen, age } = { keygen: program('age-keygen', 'age/usr/bin/age-keygen'), age: program('age', 'age/usr/bin/age') };
  const beside = (name: string) => join(sotto.places.transcripts, '..', name);
  const eve = await atDestinations();
  const { page } = eve;
  const press = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  const seal = async () => {
    await press('Change folder');
    await page.getByRole('checkbox', { name: 'Seal every document to your own keys' }).press('Space');
    await press('Save without a test');
  };
  for (const label of ['Records office', 'Escrow']) {
    const file = beside(`${label}.txt`);
    execFileSync(keygen, ['-o', file], { stdio: 'ignore' });
    await press('Add a key');
    await page.getByLabel('Whose key it is').fill(label);
    await page.getByLabel('Public key').fill(execFileSync(keygen, ['-y', file], { encoding: 'utf8' }).trim());
    await page.keyboard.press('Enter');
    const input = await page.getByRole('textbox', { name: 'Test document' }).inputValue();
    const opened = execFileSync(age, ['-d', '-i', file], { encoding: 'utf8', input });
    await page.getByLabel('Code from the document').fill(opened.trim().split('\n').at(-1) ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Remove ${label}` }).waitFor();
    await page.getByRole('textbox', { name: 'Test document' }).waitFor({ state: 'detached' });
  }
  await page.getByText('Sealing can be switched on.').waitFor();
  await seal();
  await page.getByRole('article', { name: 'folder' }).getByText('Sealed', { exact: true }).waitFor();
  await press('Remove Escrow');
  await page.getByText('A sealed destination needs two proved keys.').waitFor();
  await eve.isKeptOutByNothing();

  const reference = await talk(sotto, 'Is zambrellafield open on Friday?');
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await page
    .getByRole('region', { name: /^Delivered/ })
    .getByRole('rowheader', { name: reference })
    .waitFor({ timeout: 60_000 });
  const files = stored(reference).filter((name) => /\.[a-z]+$/.test(name));
  const pages = files.filter((name) => name.endsWith('.age'));
  expect(pages.length).toBeGreaterThan(1);
  for (const name of files) expect(readFileSync(join(sotto.places.transcripts, name), 'latin1')).not.toContain('zambrellafield');
  for (const label of ['Records office', 'Escrow']) {
    const sealed = join(sotto.places.transcripts, pages.find((name) => name.includes('.json')) ?? '');
    expect(execFileSync(age, ['-d', '-i', beside(`${label}.txt`), sealed], { encoding: 'utf8' })).toContain('zambrellafield');
  }
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});
