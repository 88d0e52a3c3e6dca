import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Disconnected, Refused, Socket, type SocketStatus } from './socket.ts';
import type { Problem, VisitorFrame, VisitorHello, VisitorVerb } from './protocol.generated.ts';
import { SocketServer } from './testing/socket_server.ts';

const welcome = { frame: 'welcome', protocol: 1, token: 't2', last: 0, view: {} };
const hello: VisitorHello = { protocol: 1, token: 't1', after: 0 };
const problem = (code: Problem['code'], retry_after?: number): Problem => ({
  type: 'about:blank',
  title: code,
  status: 400,
  code,
  ...(retry_after === undefined ? {} : { retry_after }),
});

let server: SocketServer;
let socket: Socket<VisitorHello, VisitorVerb, VisitorFrame>;
let statuses: SocketStatus[];
const opened: (() => void)[] = [];

beforeEach(async () => {
  server = await SocketServer.start();
  statuses = [];
  socket = new Socket({ url: server.url, hello: () => hello });
  socket.onStatus = (status) => {
    statuses.push(status);
    if (status === 'open') opened.shift()?.();
  };
});

afterEach(() => {
  socket.close();
  server.stop();
  vi.restoreAllMocks();
});

const isOpen = () => new Promise<void>((resolve) => opened.push(resolve));

async function connected() {
  const open = isOpen();
  socket.open();
  const peer = await server.meets();
  expect(await peer.hears()).toEqual(hello);
  peer.says(welcome);
  await open;
  return peer;
}

test('says hello first, then numbers its requests and settles each with its own answer', async () => {
  const peer = await connected();
  const typing = socket.request({ typing: { on: true } });
  const end = socket.request({ end: {} });
  expect(await peer.hears()).toEqual({ id: 1, verb: { typing: { on: true } } });
  expect(await peer.hears()).toEqual({ id: 2, verb: { end: {} } });
  peer.says({ frame: 'refused', id: 2, problem: problem('wrong_state') });
  peer.says({ frame: 'done', id: 1, number: null, at: 5 });
  await expect(end).rejects.toEqual(new Refused(problem('wrong_state')));
  await expect(typing).resolves.toMatchObject({ number: null, at: 5 });
});

test('a lost connection rejects what was not answered and comes back by itself', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const peer = await connected();
  const asked = socket.request({ end: {} });
  await peer.hears();
  const reopened = isOpen();
  peer.vanishes();
  await expect(asked).rejects.toBeInstanceOf(Disconnected);
  const again = await server.meets();
  expect(await again.hears()).toEqual(hello);
  again.says(welcome);
  await reopened;
  expect(statuses).toEqual(['connecting', 'open', 'lost', 'connecting', 'open']);
});

test('nothing can be asked before the welcome', async () => {
  socket.open();
  await expect(socket.request({ end: {} })).rejects.toBeInstanceOf(Disconnected);
});

test('a server that leaves is no loss: what it did not answer and what is asked meanwhile goes to the next', async () => {
  const peer = await connected();
  const before = socket.request({ typing: { on: true } });
  await peer.hears();
  const reopened = isOpen();
  peer.says({ frame: 'reconnect', after_ms: 0 });
  const again = await server.meets();
  const meanwhile = socket.request({ end: {} });
  expect(await again.hears()).toEqual(hello);
  again.says(welcome);
  await reopened;
  expect(await again.hears()).toEqual({ id: 1, verb: { typing: { on: true } } });
  expect(await again.hears()).toEqual({ id: 2, verb: { end: {} } });
  again.says({ frame: 'done', id: 1, number: null, at: 5 });
  again.says({ frame: 'done', id: 2, number: 4, at: 6 });
  await expect(before).resolves.toMatchObject({ at: 5 });
  await expect(meanwhile).resolves.toMatchObject({ number: 4 });
  expect(statuses).toEqual(['connecting', 'open', 'open']);
});

test('no way to another server is a loss', async () => {
  const peer = await connected();
  const asked = socket.request({ end: {} });
  await peer.hears();
  const lost = new Promise<SocketStatus>((resolve) => (socket.onStatus = resolve));
  peer.says({ frame: 'reconnect', after_ms: 0 });
  const again = await server.meets();
  again.vanishes();
  await expect(asked).rejects.toBeInstanceOf(Disconnected);
  expect(await lost).toBe('lost');
});

test('a server that stops names the moment to come back', async () => {
  const peer = await connected();
  const reopened = isOpen();
  const before = Date.now();
  peer.says({ frame: 'reconnect', after_ms: 40 });
  const again = await server.meets();
  expect(Date.now() - before).toBeGreaterThanOrEqual(38);
  await again.hears();
  again.says(welcome);
  await reopened;
});

test('a goodbye that no attempt can mend stops it, and says why', async () => {
  const peer = await connected();
  const stopped = new Promise((resolve) => (socket.onStatus = (...told) => resolve(told)));
  peer.says({ frame: 'bye', problem: problem('other_version') });
  expect(await stopped).toEqual(['stopped', problem('other_version')]);
});

test('a goodbye for now waits as long as it was told to', async () => {
  const peer = await connected();
  const lost = new Promise<SocketStatus>((resolve) => (socket.onStatus = resolve));
  const timers = vi.spyOn(globalThis, 'setTimeout');
  peer.says({ frame: 'bye', problem: problem('too_many', 20) });
  expect(await lost).toBe('lost');
  expect(timers.mock.calls.at(-1)?.[1]).toBeGreaterThanOrEqual(20_000);
});
