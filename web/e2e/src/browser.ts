//! The system's Chromium with a fresh profile. It asks nobody for updates, names or lists.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

export interface Wishes {
  locale?: 'en-US' | 'es-MX';
  width?: number;
  scheme?: 'light' | 'dark';
  /** Whether frames of another site may keep anything, which is for a browser to say. */
  refusesFrameStorage?: boolean;
}

/** One person at one computer. */
export class Browser {
  readonly broken: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly profile: string,
  ) {
    context.on('page', (page) => this.#watch(page));
    for (const page of context.pages()) this.#watch(page);
  }

  static async open({ locale = 'en-US', width = 1280, scheme = 'light', refusesFrameStorage = false }: Wishes = {}): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'sotto-profile-'));
    await mkdir(join(profile, 'Default'));
    const cookies = refusesFrameStorage
      ? { cookie_controls_mode: 1, block_third_party_cookies: true }
      : { cookie_controls_mode: 0, block_third_party_cookies: false };
    await writeFile(join(profile, 'Default/Preferences'), JSON.stringify({ profile: cookies }));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      args: QUIET,
      locale,
      colorScheme: scheme,
      viewport: { width, height: 800 },
    });
    context.setDefaultTimeout(15_000);
    return new Browser(context, profile);
  }

  get page(): Page {
    const [page] = this.context.pages();
    if (page === undefined) throw new Error('a browser opens with a page');
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }

  /** Errors of scripts and of the policy; a story ends with none. */
  #watch(page: Page): void {
    page.on('pageerror', (error) => this.broken.push(`${page.url()}: ${error.message}`));
    page.on('console', (said) => {
      if (said.type() === 'error' && /Content Security Policy|Trusted Type/.test(said.text())) this.broken.push(said.text());
    });
  }
}
