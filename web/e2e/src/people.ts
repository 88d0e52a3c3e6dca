//! The people of a story, by the names that each control has for everyone.

import { expect } from 'vitest';
import type { FrameLocator, Page } from 'playwright-core';

import { violations } from './axe.ts';
import { Browser, type Wishes } from './browser.ts';
import type { Sotto } from './sotto.ts';

export class Visitor {
  private constructor(
    readonly browser: Browser,
    readonly page: Page,
    readonly frame: FrameLocator,
  ) {}

  static async at(sotto: Sotto, wishes: Wishes = {}): Promise<Visitor> {
    const browser = await Browser.open(wishes);
    await browser.page.goto(sotto.places.clinic);
    return new Visitor(browser, browser.page, browser.page.frameLocator('iframe[title="Chat"]'));
  }

  async opensTheWidget(): Promise<void> {
    await this.page.getByRole('button', { name: 'Chat with us' }).click();
    await this.frame.getByRole('heading', { level: 2 }).waitFor();
  }

  async asks(question: string): Promise<void> {
    await this.frame.getByRole('textbox', { name: 'Your question' }).fill(question);
    await this.frame.getByRole('checkbox', { name: /^I agree/ }).check();
    await this.frame.getByRole('button', { name: 'Start chat' }).click();
    await this.frame.getByRole('log', { name: 'Conversation' }).getByText(question).waitFor();
  }

  async says(text: string): Promise<void> {
    await this.frame.getByRole('textbox', { name: 'Write a message' }).fill(text);
    await this.frame.getByRole('button', { name: 'Send' }).click();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.frame.getByText(text).first().waitFor();
  }

  async rates(score: string, comment: string): Promise<void> {
    await this.frame.getByRole('radio', { name: score, exact: true }).check({ force: true });
    await this.frame.getByRole('textbox', { name: 'Anything to add?' }).fill(comment);
    await this.frame.getByRole('button', { name: 'Send rating' }).click();
    await this.sees('Thank you. The clinic will see your rating.');
  }

  reference(): Promise<string> {
    return this.frame.locator('code').innerText();
  }

  async isKeptOutByNothing(): Promise<void> {
    expect(await violations(this.page)).toEqual([]);
  }

  leaves(): Promise<void> {
    return this.browser.close();
  }
}

export class Staff {
  private constructor(
    readonly browser: Browser,
    readonly page: Page,
  ) {}

  /** By the one-click link of the demo. */
  static async enters(link: string, wishes: Wishes = {}): Promise<Staff> {
    const browser = await Browser.open(wishes);
    await browser.page.goto(link);
    await browser.page.getByRole('navigation', { name: /^Consol[ea]$/ }).waitFor();
    return new Staff(browser, browser.page);
  }

  /** One field of a settings section. */
  async sets(section: string, label: string, value: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Administration' }).click();
    await this.page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: section }).click();
    await this.page.getByLabel(label, { exact: true }).fill(value);
    await this.page.getByRole('button', { name: 'Save changes' }).click();
    await this.page.getByText(/^Saved at/).waitFor();
  }

  async is(availability: 'Available' | 'Busy' | 'Away'): Promise<void> {
    await this.page.getByRole('button', { name: /^Availability:/ }).click();
    await this.page
      .getByRole('menuitem', { name: new RegExp(`^${availability}`) })
      .or(this.page.getByRole('menuitemradio', { name: new RegExp(`^${availability}`) }))
      .click();
    await this.page.getByRole('button', { name: `Availability: ${availability}` }).waitFor();
  }

  async accepts(name: string): Promise<void> {
    const lists = this.page.getByRole('region', { name: 'Lists of conversations' });
    await lists.getByRole('button', { name: /^Waiting/ }).click();
    await lists
      .getByRole('link', { name: new RegExp(name) })
      .first()
      .click();
    await this.page.getByRole('button', { name: 'Accept', exact: true }).click();
    await this.page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  }

  /** `seen`: where masking shows it otherwise. */
  async replies(text: string, seen = text): Promise<void> {
    await this.page.getByRole('button', { name: 'Reply', exact: true }).click();
    await this.page.getByRole('textbox', { name: /^Reply to/ }).fill(text);
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
    await this.sees(seen);
  }

  async notes(text: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Note', exact: true }).click();
    await this.page.getByRole('textbox', { name: 'Note for staff' }).fill(text);
    await this.page.getByRole('button', { name: 'Add note' }).click();
    await this.sees(text);
  }

  async closes(outcome: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Close', exact: true }).first().click();
    const dialog = this.page.getByRole('dialog', { name: 'How did it turn out?' });
    await dialog.getByRole('option', { name: outcome }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByRole('log', { name: 'Messages' }).getByText(text).first().waitFor();
  }

  async isKeptOutByNothing(): Promise<void> {
    expect(await violations(this.page)).toEqual([]);
  }

  leaves(): Promise<void> {
    return this.browser.close();
  }
}

/** Ana, available, has accepted what Sam, who gave a name, came to ask. */
export async function meet(sotto: Sotto, words: string): Promise<{ ana: Staff; sam: Visitor }> {
  const ana = await Staff.enters(sotto.places.agent);
  await ana.is('Available');
  const sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.frame.getByRole('textbox', { name: 'Your name (optional)' }).fill('Sam Sample');
  await sam.asks(words);
  await ana.accepts('Sam Sample');
  return { ana, sam };
}

/** One conversation, over and rated, whose transcript is due in seconds; its reference. */
export async function talk(sotto: Sotto, words: string, also: (ana: Staff) => Promise<void> = async () => {}): Promise<string> {
  const eve = await Staff.enters(sotto.places.administrator);
  await eve.sets('Timing', 'Survey window', '10');
  await eve.leaves();
  const { ana, sam } = await meet(sotto, words);
  await also(ana);
  await ana.closes('Answered');
  await sam.rates('Very good', 'Quick and kind.');
  const reference = await sam.reference();
  await sam.leaves();
  await ana.leaves();
  return reference;
}
