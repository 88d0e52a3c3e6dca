//! Nothing on a page, nor in a frame of it, that keeps someone out.

import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Each frame is looked at by itself, so one of another origin is not passed over. */
export async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) {
    await frame.evaluate(axe.source);
    const results = await frame.evaluate(
      () => (globalThis as unknown as { axe: typeof axe }).axe.run(document, { iframes: false }) as Promise<AxeResults>,
    );
    for (const { id, nodes } of results.violations) for (const node of nodes) found.push(`${frame.url()} ${id}: ${node.html}`);
  }
  return found;
}
