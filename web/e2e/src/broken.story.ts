//! Set-ups that are broken, in the browser, against servers that are really like that: each is told by the
//! setting that must change and what to do. The wrong secret and the unknown host key are in `connect.story.ts`.

import { afterEach, beforeEach, expect, test } from 'vitest';

import { answers, s3AnHourAhead, tlsBefore, type Fault } from './faults.ts';
import { Staff } from './people.ts';
import { s3For, sftp, sftpOnAFullDisk } from './servers.ts';
import { Sotto } from './sotto.ts';

let sotto: Sotto;
let faults: Pick<Fault, 'stop'>[];
let eve: Staff;
beforeEach(async () => {
  faults = [];
  sotto = await Sotto.start();
  eve = await Staff.enters(sotto.places.administrator);
  await eve.page.goto(`${sotto.origin('console')}/console/administration/destinations`);
});
afterEach(async () => {
  await eve.leaves();
  await sotto.stop();
  for (const fault of faults) await fault.stop();
});

const BUCKET = 'clinic-transcripts';
const S3 = /^S3-compatible storage/;
const SFTP = /^SFTP server/;
const ADDRESS = 'Address (optional)';

/** From the first click to the sentence that mends it. */
async function tries(kind: RegExp, typed: Record<string, string>, sentence: string, setting: string | null): Promise<void> {
  const { page } = eve;
  const begun = Date.now();
  await page.getByRole('button', { name: 'Connect a destination' }).click();
  await page.getByRole('button', { name: kind }).click();
  await page.getByText(/rarely needed/).click();
  for (const [label, value] of Object.entries(typed))
    await page
      .getByLabel(label, { exact: label.length < 12 })
      .first()
      .fill(value);
  await page.getByRole('button', { name: 'Test connection' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'The connection does not work yet' });
  await failure.getByText(sentence).waitFor();
  if (setting !== null) await failure.getByRole('button', { name: `Go to “${setting}”` }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  process.stdout.write(`${JSON.stringify({ story: 'broken', sentence, seconds: (Date.now() - begun) / 1000 })}\n`);
}

test('storage: key, bucket, rights, region, clock, address, certificate', async () => {
  const { server, keys } = await s3For(BUCKET, [], ['s3:PutObject']);
  const [nobody, writer] = keys;
  if (nobody === undefined || writer === undefined) throw new Error('two users have two keys');
  const [region, ahead] = [await answers(400, 'AuthorizationHeaderMalformed'), await s3AnHourAhead(BUCKET)];
  const expired = await tlsBefore(server.port, '1999-01-01');
  const unknown = await tlsBefore(server.port, '2199-01-01');
  faults.push(server, region, ahead, expired, unknown);
  const here = (port: number) => `http://127.0.0.1:${port}`;
  const good = { Bucket: BUCKET, Region: 'us-east-1', 'Access key': writer.accessKey, 'Secret key': writer.secretKey };
  const at = (address: string, other: Record<string, string> = {}) => ({ ...good, [ADDRESS]: address, ...other });
  await tries(S3, at(here(server.port), { 'Access key': 'AKIANOSUCHKEY' }), 'does not know this access key', 'Access key');
  await tries(S3, at(here(server.port), { Bucket: `${BUCKET}-of-nobody` }), 'no bucket of this name', 'Bucket');
  const mayNothing = { 'Access key': nobody.accessKey, 'Secret key': nobody.secretKey };
  await tries(S3, at(here(server.port), mayNothing), 'Let the account or key that Sotto uses write there.', null);
  await tries(S3, at(here(region.port)), 'Correct the region', 'Region');
  const known = { 'Access key': 'S3RVER', 'Secret key': 'S3RVER' };
  await tries(S3, at(here(ahead.port), known), 'Set them by a time server', null);
  await tries(S3, at('https://no-such-host.invalid'), 'No server of this name is known.', 'Address');
  await tries(S3, at('https://10.1.2.3'), 'let the operator allow its range', 'Address');
  const own = { 'Certificate authority (optional)': expired.authority };
  await tries(S3, at(`https://localhost:${expired.port}`, own), 'has expired', 'Address');
  await tries(S3, at(`https://localhost:${unknown.port}`), 'give its certificate', 'Address');
  expect(eve.browser.broken).toEqual([]);
});

test('addresses that are none, or that nobody serves', async () => {
  const { server, keys } = await s3For(BUCKET, ['s3:PutObject']);
  faults.push(server);
  const good = { Bucket: BUCKET, Region: 'us-east-1', 'Access key': keys[0]?.accessKey ?? '', 'Secret key': 'x' };
  await tries(S3, { ...good, [ADDRESS]: 'clinic' }, 'Write the whole address', 'Address');
  await tries(S3, { ...good, [ADDRESS]: `https://127.0.0.1:${server.port}` }, 'does not speak TLS', 'Address');
  await tries(S3, { ...good, [ADDRESS]: 'http://127.0.0.1:9' }, 'Nobody answers at this address.', null);
  expect(eve.browser.broken).toEqual([]);
});

test('servers: host key, folder, table, a full disk', async () => {
  const [well, full] = [await sftp(), await sftpOnAFullDisk()];
  faults.push(well.server);
  const good = (it: typeof well) => ({
    Server: 'localhost',
    User: it.user,
    Folder: it.folder,
    'Private key (optional)': it.privateKey,
    'Host key (optional)': it.hostKey,
    'Port (optional)': String(it.server.port),
  });
  const another = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFvGPmK2Vw0iPrq0mTJv2mYuTm7UqUjAHoMZsW3rVlWk';
  await tries(SFTP, { ...good(well), 'Host key (optional)': another }, 'another host key', 'Host key');
  await tries(SFTP, { ...good(well), Folder: '/no/such/folder' }, 'The folder is not there.', 'Folder');
  await tries(/^Folder/, { "The folder's whole path": '/no/such/folder' }, 'The folder is not there.', "The folder's whole path");
  const database = { Server: 'localhost', Database: 'records', User: 'sotto', Password: 'x' };
  await tries(/^PostgreSQL table/, { ...database, 'Table (optional)': 'Bad Name' }, "Write the table's name", 'Table');
  if (full === null) process.stdout.write('not shown here: this account may not mount a small disk\n');
  else {
    faults.push(full.server);
    await tries(SFTP, good(full), 'Free some space', null);
  }
  expect(eve.browser.broken).toEqual([]);
});
