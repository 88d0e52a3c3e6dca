//! An administrator connects real servers: mends what is wrong, looks at the evidence, saves.

import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Staff } from './people.ts';
import { program, s3, sftp, type Server } from './servers.ts';
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

const BUCKET = 'clinic-transcripts';

async function atDestinations(locale: 'en-US' | 'es-MX' = 'en-US'): Promise<Staff> {
  const eve = await Staff.enters(sotto.places.administrator, { locale });
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
  return eve;
}

test('S3: a wrong secret is named, mended, and the sheet says what the key may do', async () => {
  const { server, accessKey, secretKey } = await s3(BUCKET, ['s3:PutObject', 's3:GetObject']);
  servers.push(server);
  const eve = await atDestinations();
  const { page } = eve;
  const begun = Date.now();
  await page.getByRole('button', { name: 'Connect a destination' }).click();
  await page.getByRole('button', { name: /^S3-compatible storage/ }).click();
  expect(await page.locator('.wizard fieldset.card > .field').count()).toBeLessThanOrEqual(6);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByText('Fill this in.').first().waitFor();
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Region').fill('us-east-1');
  await page.getByLabel('Access key', { exact: true }).fill(accessKey);
  await page.getByLabel('Secret key').fill('copied-wrongly');
  await page.getByLabel(/^Address/).fill(`http://127.0.0.1:${server.port}`);
  await page.getByRole('button', { name: 'Test connection' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'The connection does not work yet' });
  await failure.getByText('The secret key does not belong to the access key.').waitFor();
  await eve.isKeptOutByNothing();
  await failure.getByRole('button', { name: 'Go to “Secret key”' }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(secretKey);
  await page.getByRole('button', { name: 'Test connection' }).click();
  const sheet = page.getByRole('region', { name: 'Evidence' });
  await sheet.waitFor();
  const row = (name: string) => sheet.getByRole('row', { name: new RegExp(`^${name}`) }).innerText();
  expect(await row('It is read back')).toContain('Done');
  expect(await row('Another under its name')).toContain('Refused');
  expect(await row('Names are listed')).toContain('Good: delivery does not need it.');
  expect(await row('It is deleted')).toContain('Good: this key cannot remove transcripts.');
  await eve.isKeptOutByNothing();
  await page.getByRole('button', { name: 'Save destination' }).click();
  await page.getByRole('button', { name: 'Change s3' }).waitFor();
  const seconds = (Date.now() - begun) / 1000;
  process.stdout.write(`${JSON.stringify({ story: 'connect_s3', seconds })}\n`);

  // What was typed once is nowhere to be seen again.
  await page.getByRole('button', { name: 'Change s3' }).click();
  await page.getByText(/^Set on/).waitFor();
  expect(await page.getByLabel('Secret key').inputValue()).toBe('');
  expect(await page.content()).not.toContain(secretKey);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await sheet.waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Pause s3' }).click();
  await page.getByRole('button', { name: 'Resume s3' }).click();
  await page.getByRole('button', { name: 'Pause s3' }).waitFor();
  await page.getByRole('button', { name: 'Remove s3' }).click();
  await page.getByRole('button', { name: 'Remove the destination' }).click();
  await page.getByRole('button', { name: 'Remove s3' }).waitFor({ state: 'detached' });
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('SFTP: the host key is compared and taken, and a wrong folder is named, in Spanish', async () => {
  const { server, user, folder, privateKey, fingerprint } = await sftp();
  servers.push(server);
  const eve = await atDestinations('es-MX');
  const { page } = eve;
  const begun = Date.now();
  await page.getByRole('button', { name: 'Conectar un destino' }).click();
  await page.getByRole('button', { name: /^Servidor SFTP/ }).click();
  await page.getByLabel('Servidor', { exact: true }).fill('localhost');
  await page.getByLabel('Usuario').fill(user);
  await page.getByLabel('Carpeta', { exact: true }).fill('/no/such/folder');
  await page.getByLabel(/^Clave privada/).fill(privateKey);
  await page.getByText('2 datos más, rara vez necesarios').click();
  await page.getByLabel(/^Puerto/).fill(String(server.port));
  await page.getByRole('button', { name: 'Probar la conexión' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'La conexión aún no funciona' });
  await failure.getByText(fingerprint).waitFor();
  await eve.isKeptOutByNothing();
  await failure.getByRole('button', { name: 'Es la misma: aceptarla' }).click();
  await failure.getByText('La carpeta no está. Créela o monte la unidad que la contiene.').waitFor();
  await failure.getByRole('button', { name: 'Ir a «Carpeta»' }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(folder);
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('region', { name: 'Pruebas' });
  await sheet.getByText(fingerprint).waitFor();
  await page.getByRole('button', { name: 'Guardar el destino' }).click();
  await page.getByRole('button', { name: 'Cambiar sftp' }).waitFor();
  process.stdout.write(`${JSON.stringify({ story: 'connect_sftp', seconds: (Date.now() - begun) / 1000 })}\n`);
  expect(readdirSync(folder)).toEqual([]);
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});

test('a key to seal to counts when its test document was opened', async () => {
  const { keygen, age } = { keygen: program('age-keygen', 'age/usr/bin/age-keygen'), age: program('age', 'age/usr/bin/age') };
  const eve = await atDestinations();
  const { page } = eve;
  const file = join(sotto.places.transcripts, '..', 'identity.txt');
  execFileSync(keygen, ['-o', file], { stdio: 'ignore' });
  const publicKey = execFileSync(keygen, ['-y', file], { encoding: 'utf8' }).trim();
  await page.getByRole('button', { name: 'Add a key' }).click();
  await page.getByLabel('Whose key it is').fill('Records office');
  await page.getByLabel('Public key').fill('AGE-SECRET-KEY-1');
  await page.getByText('This is the private key.').waitFor();
  await page.getByLabel('Public key').fill(publicKey);
  await page.getByRole('button', { name: 'Make its test document' }).click();
  const document = await page.getByRole('textbox', { name: 'Test document' }).inputValue();
  await eve.isKeptOutByNothing();
  await page.getByLabel('Code from the document').fill('wrong');
  await page.getByRole('button', { name: 'This is the code' }).click();
  await page.getByText('That is not the code.').waitFor();
  const sealed = join(sotto.places.transcripts, '..', 'test.age');
  writeFileSync(sealed, document);
  const opened = execFileSync(age, ['-d', '-i', file, sealed], { encoding: 'utf8' });
  await page.getByLabel('Code from the document').fill(opened.trim().split('\n').at(-1) ?? '');
  await page.getByRole('button', { name: 'This is the code' }).click();
  await page.getByText('Opened its test document').waitFor();
  await page.getByText('1 more proved key is needed').waitFor();
  expect(eve.browser.broken).toEqual([]);
  await eve.leaves();
});
