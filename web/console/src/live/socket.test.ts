import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { SocketServer } from '@sotto/shared/testing/socket_server.ts';

import { AgentSocket, type SocketState } from './socket.ts';

let server: SocketServer;
let socket: AgentSocket;
let states: SocketState[];
let tickets: number;
const live: (() => void)[] = [];

beforeEach(async () => {
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('removeEventListener', () => {});
  server = await SocketServer.start();
  states = [];
  tickets = 0;
  socket = new AgentSocket(server.url, () => Promise.resolve({ ticket: `t${++tickets}` }), {
    frame: () => {},
    state: (state) => {
      states.push(state);
      if (state === 'live') live.shift()?.();
    },
    signedOut: () => {},
  });
});

afterEach(() => {
  socket.stop();
  server.stop();
  vi.unstubAllGlobals();
});

const isLive = () => new Promise<void>((resolve) => live.push(resolve));

async function welcomed(ticket: string) {
  const open = isLive();
  const peer = await server.meets();
  expect(await peer.hears()).toEqual({ protocol: 1, ticket });
  peer.says({ frame: 'welcome' });
  await open;
  return peer;
}

test('a server that leaves is no loss: each request is answered once, by the one or the other', async () => {
  socket.start();
  const peer = await welcomed('t1');
  const accept = socket.ask({ accept: { conversation: 'c-1' } });
  const close = socket.ask({ close: { conversation: 'c-2', disposition: null } });
  await peer.hears();
  await peer.hears();
  peer.says({ frame: 'done', id: 1, number: 3, at: 5 });
  peer.says({ frame: 'reconnect', after_ms: 0 });
  const again = await welcomed('t2');
  expect(await accept).toEqual({ ok: true, number: 3, at: 5 });
  expect(await again.hears()).toEqual({ id: 2, verb: { close: { conversation: 'c-2', disposition: null } } });
  again.says({ frame: 'done', id: 2, number: 4, at: 6 });
  expect(await close).toEqual({ ok: true, number: 4, at: 6 });
  expect(states).toEqual(['connecting', 'live', 'live']);
});

test('a server that is gone is a loss, and what it did not answer is answered as such', async () => {
  socket.start();
  const peer = await welcomed('t1');
  const accept = socket.ask({ accept: { conversation: 'c-1' } });
  await peer.hears();
  peer.vanishes();
  expect(await accept).toMatchObject({ ok: false, problem: { title: 'not connected' } });
  expect(states).toEqual(['connecting', 'live', 'reconnecting']);
});
