//! A `sotto demo` of this test's own: a fresh folder, a free port, stopped at the end.

import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MS_MAX = 30_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A demo's clock cannot be moved; what it reads of the past can. */
const AGED = `
import sqlite3, sys
base, ms = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
base.execute("update delivery set created_at = created_at - ?1, tried_since = coalesce(tried_since, created_at) - ?1", (ms,))
base.execute("update job set due_at = due_at - ?1", (ms,))
base.commit()
`;

/** What the demo says first, as one line of JSON. Addresses end in `/`, save the one-click links. */
export interface Places {
  start: string;
  clinic: string;
  agent: string;
  supervisor: string;
  administrator: string;
  /** The folder that transcripts land in. */
  transcripts: string;
}

/** `SOTTO` names the binary; else the one that was built last here. */
export function binary(): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? fileURLToPath(new URL('../../../target', import.meta.url));
  return process.env['SOTTO'] ?? join(target, 'debug/sotto');
}

export class Sotto {
  private constructor(
    public places: Places,
    private child: ChildProcess,
    private readonly dir: string,
  ) {}

  static async start(): Promise<Sotto> {
    const dir = await mkdtemp(join(tmpdir(), 'sotto-story-'));
    const child = demo(dir);
    return new Sotto(await firstLine(child), child, dir);
  }

  /** Ends, and begins again where it was, when what waits has waited so many days more. */
  async restartsAfter(days: number): Promise<void> {
    await this.#ends();
    execFileSync('python3', ['-c', AGED, join(this.dir, 'data/sotto.db'), String(days * DAY_MS)]);
    this.child = demo(this.dir);
    this.places = await firstLine(this.child);
  }

  /** `widget.`, `files.` and `clinic.` are neighbours of the console's host. */
  origin(of: 'console' | 'widget' | 'files' | 'clinic'): string {
    const url = new URL(this.places.start);
    if (of !== 'console') url.hostname = `${of}.${url.hostname}`;
    return url.origin;
  }

  async #ends(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.kill('SIGTERM')) await gone;
  }

  async stop(): Promise<void> {
    await this.#ends();
    await rm(this.dir, { recursive: true, force: true });
  }
}

function demo(dir: string): ChildProcess {
  return spawn(binary(), ['demo', '--listen', '127.0.0.1:0', '--dir', dir, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The exit code and the words of a command of the binary. */
export function run(...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(binary(), args, (_, out, err) => resolve({ code: child.exitCode ?? -1, said: out + err }));
  });
}

function firstLine(child: ChildProcess): Promise<Places> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the demo said nothing')), START_MS_MAX);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
    if (child.stdout)
      createInterface(child.stdout).once('line', (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line) as Places);
      });
  });
}
