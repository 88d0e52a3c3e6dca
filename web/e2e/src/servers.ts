//! Other people's servers for a story: those that the contract tests of `destinations` install.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = process.env['CARGO_TARGET_DIR'] ?? fileURLToPath(new URL('../../../target', import.meta.url));
const START_MS_MAX = 60_000;
/** `nobody`: sshd as root wants accounts of the system. */
const NOBODY = 65_534;

/** A program that was installed for the contract tests, or is the system's. */
export function program(name: string, installed: string): string {
  const system = `/usr/${name === 'sshd' ? 'sbin' : 'bin'}/${name}`;
  if (existsSync(system)) return system;
  const ours = join(TARGET, 'tmp/servers', installed);
  if (!existsSync(ours)) throw new Error(`${name} is missing: cargo test -p destinations --test contract installs it`);
  return ours;
}

export class Server {
  private constructor(
    readonly port: number,
    readonly place: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(line: (port: number, place: string) => string[]): Promise<Server> {
    const port = await freePort();
    const place = mkdtempSync(join(tmpdir(), 'sotto-server-'));
    const [command = '', ...args] = line(port, place);
    const child = spawn(command, args, { stdio: 'ignore' });
    const server = new Server(port, place, child);
    const until = Date.now() + START_MS_MAX;
    while (!(await listens(port))) if (child.exitCode !== null || Date.now() > until) throw new Error(`${command} does not listen`);
    return server;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await gone;
    rmSync(this.place, { recursive: true, force: true });
  }
}

export interface Key {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** moto, with a bucket and a user who may do what is named; signatures and rights are looked at. */
export async function s3(bucket: string, actions: readonly string[]): Promise<{ server: Server } & Key> {
  const { server, keys } = await s3For(bucket, actions);
  const [key] = keys;
  if (key === undefined) throw new Error('one user has one key');
  return { server, ...key };
}

/** The same with a user for each list. */
export async function s3For(bucket: string, ...users: (readonly string[])[]): Promise<{ server: Server; keys: Key[] }> {
  const moto = program('moto_server', 'moto-5.2.5/bin/moto_server');
  const server = await Server.start((port) => [moto, '-H', '127.0.0.1', '-p', String(port)]);
  const at = `http://127.0.0.1:${server.port}`;
  await fetch(`${at}/${bucket}`, { method: 'PUT' });
  const iam = async (ask: Record<string, string>) => {
    const scope = 'AWS4-HMAC-SHA256 Credential=x/20261124/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x';
    const body = new URLSearchParams({ ...ask, Version: '2010-05-08' });
    return (await fetch(at, { method: 'POST', headers: { Authorization: scope }, body })).text();
  };
  const keys: Key[] = [];
  for (const [number, actions] of users.entries()) {
    const UserName = `sotto-${number}`;
    await iam({ Action: 'CreateUser', UserName });
    const statement = { Effect: 'Allow', Action: actions, Resource: `arn:aws:s3:::${bucket}*` };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await iam({ Action: 'PutUserPolicy', UserName, PolicyName: 'p', PolicyDocument: policy });
    const made = await iam({ Action: 'CreateAccessKey', UserName });
    const between = (tag: string) => new RegExp(`<${tag}>([^<]+)`).exec(made)?.[1] ?? '';
    keys.push({ accessKey: between('AccessKeyId'), secretKey: between('SecretAccessKey') });
  }
  await fetch(`${at}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  return { server, keys };
}

/** Whoever keeps the bucket writes other words into what lies there; how many objects are other now. */
export async function changesObjects(server: Server, bucket: string, change: (name: string, whole: string) => string): Promise<number> {
  const at = `http://127.0.0.1:${server.port}`;
  const looks = (unchecked: string) => fetch(`${at}/moto-api/reset-auth`, { method: 'POST', body: unchecked });
  const scope = 'AWS4-HMAC-SHA256 Credential=x/20261124/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x';
  const headers = { Authorization: scope };
  await looks('1000');
  const listed = await (await fetch(`${at}/${bucket}`, { headers })).text();
  let changed = 0;
  for (const [, name = ''] of listed.matchAll(/<Key>([^<]+)/g)) {
    const whole = await (await fetch(`${at}/${bucket}/${name}`, { headers })).text();
    const body = change(name, whole);
    if (body === whole) continue;
    await fetch(`${at}/${bucket}/${name}`, { method: 'PUT', headers, body });
    changed += 1;
  }
  await looks('0');
  return changed;
}

export interface Sftp {
  readonly server: Server;
  readonly user: string;
  readonly folder: string;
  readonly privateKey: string;
  readonly hostKey: string;
  readonly fingerprint: string;
}

const ON_A_FULL_DISK = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'];

/** OpenSSH with a folder, an account and keys of its own. */
export function sftp(): Promise<Sftp> {
  return openSsh(false);
}

/** The same with a small disk of its own, which is full; none where nobody may mount one. */
export async function sftpOnAFullDisk(): Promise<Sftp | null> {
  const [unshare = '', ...flags] = ON_A_FULL_DISK;
  try {
    execFileSync(unshare, [...flags, 'true'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return openSsh(true);
}

async function openSsh(isFull: boolean): Promise<Sftp> {
  const isRoot = process.getuid?.() === 0;
  const server = await Server.start((port, place) => {
    const installed = program('sshd', 'openssh/usr/sbin/sshd');
    copyFileSync(installed, join(place, 'sshd'));
    const library = installed.replace(/sshd$/, 'libwrap.so.0');
    if (existsSync(library)) copyFileSync(library, join(place, 'libwrap.so.0'));
    const folder = join(place, 'transcripts');
    mkdirSync(folder);
    for (const key of ['host_key', 'key']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(place, key)]);
    copyFileSync(join(place, 'key.pub'), join(place, 'authorized_keys'));
    writeFileSync(
      join(place, 'settings'),
      `ListenAddress 127.0.0.1\nPort ${port}\nHostKey ${place}/host_key\nAuthorizedKeysFile ${place}/authorized_keys\n` +
        `StrictModes no\nUsePAM ${isRoot && !isFull ? 'yes' : 'no'}\nPasswordAuthentication no\nPidFile none\nSubsystem sftp internal-sftp\n`,
    );
    chmodSync(place, 0o755);
    const line = ['env', `LD_LIBRARY_PATH=${place}`, join(place, 'sshd'), '-D', '-e', '-f', join(place, 'settings')];
    if (isFull) {
      const fills = `mount -t tmpfs -o size=64k tmpfs ${folder} && { head -c 1M /dev/zero > ${folder}/ballast; exec "$@"; }`;
      // Within, this account looks like the one that signs in.
      const who = isRoot ? NOBODY : (process.getuid?.() ?? NOBODY);
      const group = isRoot ? NOBODY : (process.getgid?.() ?? NOBODY);
      return [...ON_A_FULL_DISK, fills, 'sh', 'unshare', '--user', `--map-user=${who}`, `--map-group=${group}`, ...line];
    }
    if (isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, place]);
    return [...(isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []), ...line];
  });
  const read = (file: string) => readFileSync(join(server.place, file), 'utf8');
  return {
    server,
    user: isRoot ? 'nobody' : (process.env['USER'] ?? ''),
    folder: join(server.place, 'transcripts'),
    privateKey: read('key'),
    hostKey: read('host_key.pub').split(' ').slice(0, 2).join(' '),
    fingerprint: execFileSync('ssh-keygen', ['-lf', join(server.place, 'host_key.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '',
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
