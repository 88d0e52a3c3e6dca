//! A script of an attacker on any of our four origins, and on the clinic's page, reads nothing of another.
//!
//! Worst case first: the visitor has an open conversation and the same browser is
//! signed in to the console. The script runs with all rights of its own page.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { Visitor } from './people.ts';
import { Sotto } from './sotto.ts';

const PLACES = ['console', 'widget', 'files', 'clinic'] as const;
type Place = (typeof PLACES)[number];
const SECRET = 'plum-quartz-42';

let sotto: Sotto;
let sam: Visitor;

beforeAll(async () => {
  sotto = await Sotto.start();
  sam = await Visitor.at(sotto);
  await sam.opensTheWidget();
  await sam.asks(`Please keep ${SECRET} to yourselves`);
  const desk = await sam.browser.context.newPage();
  await desk.goto(sotto.places.agent);
  await desk.getByRole('navigation', { name: 'Console' }).waitFor();
});
afterAll(async () => {
  await sam.leaves();
  await sotto.stop();
});

/** A bare page on that origin, under no policy but the browser's own: the attacker's script needs no leave of ours. */
async function foothold(at: Place): Promise<Page> {
  const page = await sam.browser.context.newPage();
  const url = `${sotto.origin(at)}/foothold`;
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>x</title><body>' }));
  await page.goto(url);
  return page;
}

const pairs = PLACES.flatMap((at) => PLACES.filter((to) => to !== at).map((to) => [at, to] as const));

test.each(pairs)('from %s no script reads a page of %s in a frame', async (at, to) => {
  const page = await foothold(at);
  const path = { console: '/console/', widget: '/widget/?site=clinic', files: '/', clinic: '/' }[to];
  const seen = await page.evaluate(
    (src) =>
      new Promise<string>((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => {
          try {
            resolve(frame.contentDocument === null ? 'nothing' : `document ${frame.contentDocument.body.textContent}`);
          } catch (error) {
            resolve((error as Error).name);
          }
        };
        frame.src = src;
        document.body.append(frame);
      }),
    sotto.origin(to) + path,
  );
  expect(seen).toBe('nothing');
  const inner = page.frames().find((frame) => frame !== page.mainFrame());
  // Only the clinic's page may embed the widget, and nobody the console.
  if (to === 'console' || (to === 'widget' && at !== 'clinic'))
    expect(await inner?.evaluate(() => document.body.innerText)).not.toMatch(/Sign in|Conversations|How can we help/);
  await page.close();
});

const ASKED = ['/api/me', '/api/deliveries', '/api/settings/site', '/api/ticket', '/api/visitor/start', '/api/widget/clinic'];

test.each(pairs)('from %s no script reads an answer of %s, with the cookies of whoever is signed in', async (at, to) => {
  const page = await foothold(at);
  const read = await page.evaluate(
    async ([origin, paths]) => {
      const answers: string[] = [];
      for (const path of paths)
        for (const method of ['GET', 'POST'])
          for (const headers of [{}, { 'x-sotto': '1', 'content-type': 'application/json' }])
            try {
              const answer = await fetch(origin + path, {
                method,
                headers,
                credentials: 'include',
                ...(method === 'POST' ? { body: '{}' } : {}),
              });
              answers.push(`${method} ${path} ${answer.status} ${await answer.text()}`);
            } catch {
              // The browser kept it from us, which is what is wanted.
            }
      return answers;
    },
    [sotto.origin(to), ASKED] as const,
  );
  expect(read).toEqual([]);
  await page.close();
});

test('the same script reads its own origin, so it could have told', async () => {
  const page = await foothold('console');
  const me = await page.evaluate(async () => (await fetch('/api/me', { credentials: 'include' })).json() as Promise<{ role: string }>);
  expect(me.role).toBe('agent');
  await page.close();
});

test.each(
  PLACES.flatMap((at) => [[at, '/live/agent', 'console'] as const, [at, '/live/visitor', 'widget'] as const]).filter(
    ([at, , owner]) => at !== owner,
  ),
)('from %s nothing comes out of %s', async (at, path, owner) => {
  const page = await foothold(at);
  const heard = await page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send(JSON.stringify({ protocol: 1, ticket: 'x', token: 'x', after: 0 }));
        socket.onmessage = (message) => resolve(`heard ${String(message.data)}`);
        socket.onclose = () => resolve('nothing');
      }),
    sotto.origin(owner).replace('http', 'ws') + path,
  );
  expect(heard.startsWith('heard') ? (JSON.parse(heard.slice(6)) as { frame: string }).frame : heard).toMatch(/^(nothing|bye)$/);
  expect(heard).not.toContain('welcome');
  await page.close();
});

test('a script of the clinic’s page reads nothing of the frame, and cannot talk it into anything', async () => {
  const { page } = sam;
  const read = await page.evaluate(async () => {
    const root = document.querySelector('sotto-launcher')?.shadowRoot;
    const frame = root?.querySelector('iframe');
    const inner = frame?.contentWindow;
    if (frame == null || inner == null) return ['there is no frame'];
    const found: string[] = [];
    if (frame.contentDocument !== null) found.push('document');
    for (const name of ['document', 'sessionStorage', 'localStorage', 'location'] as const)
      try {
        const what = inner[name] as unknown;
        if (name === 'location') found.push((what as Location).href);
        else if (what !== undefined) found.push(name);
      } catch {
        // Kept from us.
      }
    const heard: unknown[] = [];
    addEventListener('message', (event) => heard.push(event.data));
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => heard.push(event.data);
    // A second channel, after the loader's: it must not be taken.
    inner.postMessage({ sotto: 1, verb: 'channel' }, '*', [port2]);
    port1.postMessage({ verb: 'close' });
    inner.postMessage({ sotto: 1, verb: 'ready' }, '*');
    await new Promise((resolve) => setTimeout(resolve, 500));
    return [...found, ...heard.map((one) => JSON.stringify(one))];
  });
  expect(read).toEqual([]);
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
  expect(kept).toBe('[{"sotto:clinic":"open"},{},""]');
});

test('the launcher takes no word from a frame that is not ours', async () => {
  const page = await sam.browser.context.newPage();
  await page.goto(sotto.places.clinic);
  const isOpen = await page.evaluate(async (forged) => {
    const send = (data: unknown, origin: string) => dispatchEvent(new MessageEvent('message', { data, origin, source: window }));
    send({ sotto: 1, verb: 'ready' }, forged);
    send({ verb: 'unread', count: 9 }, forged);
    window.postMessage({ sotto: 1, verb: 'ready' }, '*');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const root = document.querySelector('sotto-launcher')?.shadowRoot;
    return root?.querySelector('iframe') != null || root?.querySelector('i')?.hidden === false;
  }, sotto.origin('widget'));
  expect(isOpen).toBe(false);
  await page.close();
});

test('a page that opens or is opened by ours reads nothing through the window', async () => {
  for (const at of PLACES) {
    const page = await foothold(at);
    for (const to of PLACES.filter((other) => other !== at)) {
      const path = { console: '/console/', widget: '/widget/?site=clinic', files: '/', clinic: '/' }[to];
      const [popup, read] = await Promise.all([
        page.waitForEvent('popup'),
        page.evaluate(
          async (url) => {
            const other = window.open(url);
            await new Promise((resolve) => setTimeout(resolve, 1_000));
            const found: string[] = [];
            for (const name of ['document', 'sessionStorage', 'localStorage', 'name'] as const)
              try {
                const what = other?.[name] as unknown;
                if (what !== undefined && what !== '') found.push(name);
              } catch {
                // Kept from us.
              }
            return found;
          },
          sotto.origin(to) + path,
        ),
      ]);
      expect(read, `${at} opened ${to}`).toEqual([]);
      await popup.close();
    }
    await page.close();
  }
});

test('after all of it, what the visitor said stands in their own frame alone', async () => {
  await sam.sees(SECRET);
  for (const page of sam.browser.context.pages())
    expect(await page.evaluate(() => document.documentElement.innerText)).not.toContain(SECRET);
});
