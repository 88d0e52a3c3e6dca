//! A past conversation, from "nobody can" through the switch to the open page and the audit line.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Staff, talk } from './people.ts';
import { changesObjects, type Key, s3For, type Server } from './servers.ts';
import { run, Sotto } from './sotto.ts';

const BUCKET = 'clinic-transcripts';

let sotto: Sotto;
let server: Server;
let writer: Key;
let reader: Key;
beforeEach(async () => {
  sotto = await Sotto.start();
  const made = await s3For(BUCKET, ['s3:PutObject'], ['s3:GetObject']);
  server = made.server;
  [writer, reader] = made.keys as [Key, Key];
});
afterEach(async () => {
  await sotto.stop();
  await server.stop();
});

const console_ = (path: string) => `${sotto.origin('console')}/console/${path}`;

/** One credential that may only write delivers, and one that may only read is for past conversations. */
async function connects(eve: Staff): Promise<void> {
  const { page } = eve;
  await page.goto(console_('administration/destinations'));
  await page.getByRole('button', { name: 'Connect a destination' }).click();
  await page.getByRole('button', { name: /^S3-compatible storage/ }).click();
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Region').fill('us-east-1');
  await page.getByLabel('Access key', { exact: true }).fill(writer.accessKey);
  await page.getByLabel('Secret key').fill(writer.secretKey);
  await page.getByLabel(/^Address/).fill(`http://127.0.0.1:${server.port}`);
  await page.getByRole('checkbox', { name: 'Past conversations are read back from here' }).check();
  const apart = page.getByRole('group', { name: 'Past conversations' });
  await apart.getByLabel('Access key', { exact: true }).fill(reader.accessKey);
  await apart.getByLabel('Secret key', { exact: true }).fill(reader.secretKey);
  await page.getByRole('button', { name: 'Save without a test' }).click();
  await page.getByRole('article', { name: 's3' }).waitFor();
}

const settings = (eve: Staff) => eve.page.getByRole('region', { name: 'Past conversations in the console' });

async function opensTheArchive(eve: Staff, looks: string): Promise<void> {
  const form = settings(eve);
  await form.getByText('Read back from: s3.').waitFor();
  await form.getByRole('checkbox', { name: 'Past conversations can be opened in the console' }).check();
  await form.getByLabel('Looks within an hour, by one account').fill(looks);
  await form.getByRole('button', { name: 'Save changes' }).click();
  await form.getByText(/^Saved at/).waitFor();
}

async function arrives(eve: Staff, reference: string): Promise<void> {
  await eve.page.getByRole('link', { name: 'Deliveries' }).click();
  const row = eve.page.getByRole('region', { name: /^Delivered/ }).getByRole('row', { name: new RegExp(`${reference}.* s3 `) });
  await row.first().waitFor({ timeout: 60_000 });
}

/** What the chain says of a conversation. */
async function audited(reference: string): Promise<string[]> {
  const dir = join(sotto.places.transcripts, '..');
  const config = join(dir, 'audit.toml');
  writeFileSync(config, `data_dir = "${dir}/data"\nkey_dir = "${dir}/keys"\n`);
  const { code, said } = await run('audit', 'export', '--config', config);
  expect(code).toBe(0);
  return said.split('\n').filter((line) => line.includes('archive.opened') && line.includes(reference));
}

test('from nobody can to an open page, found by reference number with keys alone, and recorded', async () => {
  const uma = await Staff.enters(sotto.places.supervisor);
  await uma.page.goto(console_('history'));
  await uma.page.getByText('Past conversations are not open to you').waitFor();
  expect(await uma.page.getByRole('link', { name: 'History' }).count()).toBe(0);
  await uma.isKeptOutByNothing();

  const eve = await Staff.enters(sotto.places.administrator);
  await connects(eve);
  const isOn = settings(eve).getByRole('checkbox', { name: 'Past conversations can be opened in the console' });
  expect(await isOn.isChecked(), 'it is off by default').toBe(false);
  await opensTheArchive(eve, '30');
  await eve.isKeptOutByNothing();
  const reference = await talk(sotto, 'Is zambrellafield open?', (ana) =>
    ana.replies('Is 4111 1111 1111 1111 your card?', 'card number, hidden, ends 1111'),
  );
  await arrives(eve, reference);
  await eve.page.goto(console_('administration/destinations'));
  await settings(eve)
    .getByText(/^This install can read [1-9]\d* past conversation/)
    .waitFor();
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();

  const { page } = uma;
  await page.reload();
  await page.getByRole('link', { name: 'History' }).click();
  const found = page.getByRole('region', { name: /^Found/ });
  await found.getByRole('article').nth(1).waitFor();
  await uma.isKeptOutByNothing();
  await page.getByLabel('Reference number').fill('NONE-SUCH');
  await page.keyboard.press('Enter');
  await page.getByText('No conversation fits.').waitFor();
  await page.getByLabel('Reference number').fill(reference.toLowerCase());
  await page.keyboard.press('Enter');
  await found.getByRole('article', { name: reference }).waitFor();
  expect(await found.getByRole('article').count()).toBe(1);
  expect(await audited(reference), 'finding is no look').toEqual([]);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByText(/^Read from s3 at .* signature and its hashes were checked/).waitFor();
  await page.getByText('Is zambrellafield open?').waitFor();
  await page.getByText('card number, hidden, ends 1111').first().waitFor();
  await page.getByText('Quick and kind.').first().waitFor();
  await uma.isKeptOutByNothing();
  const looks = await audited(reference);
  expect(looks.length).toBe(1);
  expect(looks[0]).toContain('s3');

  // Nothing of it is kept by the browser, and leaving lets it go.
  const kept = await page.evaluate(async () => ({
    stores: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.title]),
    caches: (await caches.keys()).length,
    bases: (await indexedDB.databases()).length,
  }));
  expect(kept.stores).not.toContain('zambrellafield');
  expect([kept.caches, kept.bases]).toEqual([0, 0]);
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await page.getByText('29 of 30 looks left in this hour.').waitFor();
  expect(await page.content()).not.toContain('zambrellafield');
  expect(uma.browser.broken).toEqual([]);
  await uma.leaves();
});

test('what was changed there, what does not answer, and one look too many: each is one sentence', async () => {
  const eve = await Staff.enters(sotto.places.administrator);
  await connects(eve);
  await opensTheArchive(eve, '2');
  const reference = await talk(sotto, 'Is zambrellafield open on Friday?');
  await arrives(eve, reference);
  await eve.leaves();
  const changed = await changesObjects(server, BUCKET, (name, whole) =>
    /part\d+\.json$/.test(name) ? whole.replace('zambrellafield', 'zambrellameadow') : whole,
  );
  expect(changed).toBeGreaterThan(0);

  const uma = await Staff.enters(sotto.places.supervisor, { locale: 'es-MX' });
  const { page } = uma;
  const refused = page.getByRole('alert');
  await page.goto(console_(`history/${reference}/s3`));
  await refused.getByText('Lo que hay en s3 no es lo que se entregó, así que no se muestra.').waitFor();
  expect(await page.content()).not.toContain('zambrellameadow');
  await uma.isKeptOutByNothing();
  await server.stop();
  await page.reload();
  await refused.getByText('s3 no la dio, y debe mirarlo un administrador: Nadie responde en esta dirección.').waitFor();
  await refused.getByRole('button', { name: 'Intentar de nuevo' }).click();
  await refused.getByText('Has mirado 2 veces en una hora, y no puedes más.').waitFor();
  expect((await audited(reference)).length, 'each look that was tried is recorded').toBe(2);
  await page.goto(console_('history/NONE-SUCH/s3'));
  await refused.getByText('El catálogo no tiene ninguna NONE-SUCH').waitFor();
  expect(uma.browser.broken).toEqual([]);
  await uma.leaves();
});
