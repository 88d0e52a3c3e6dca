import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Problem, VisitorView } from '@sotto/shared/protocol.generated.ts';
import { SocketServer, type Peer } from '@sotto/shared/testing/socket_server.ts';

import { Conversation } from './conversation.ts';
import type { Pass } from './pass.ts';

let server: SocketServer;
let sam: Conversation;
let passes: (Pass | null)[];

const view: VisitorView = {
  reference: 'WC-1',
  state: 'active',
  department: 'd',
  department_name: 'Front desk',
  language: 'en',
  agent_present: true,
  agent_seen: 0,
  may_rate: false,
  rated: false,
};
const bye = (code: Problem['code']) => ({ frame: 'bye', problem: { type: 'about:blank', title: code, status: 400, code } });
const welcome = (token: string, last = 0) => ({ frame: 'welcome', protocol: 1, token, view, last });
const shown = (number: number, client_id: string, text: string) => ({
  frame: 'events',
  events: [
    { number, at: 1, body: { kind: 'message', from: { kind: 'visitor' }, client_id, text, masks: [], revision: 0, corrected: false } },
  ],
});

beforeEach(async () => {
  server = await SocketServer.start();
  sam = new Conversation(server.url, { newest: 't1', previous: null });
  passes = [];
  sam.onPass = (pass) => passes.push(pass);
  sam.open();
});

afterEach(() => {
  sam.close();
  server.stop();
});

/** Resolves when the conversation is as described. */
function becomes(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => isSo() && resolve();
    sam.onChange = look;
    look();
  });
}

interface Posted {
  id: number;
  verb: { post_message: { client_id: string; text: string } };
}

async function posted(peer: Peer): Promise<Posted> {
  return (await peer.hears()) as Posted;
}

test('a message that was lost on its way is sent again under the same client id and shown once', async () => {
  const peer = await server.meets();
  expect(await peer.hears()).toEqual({ protocol: 1, token: 't1', after: 0 });
  peer.says(welcome('t2'));
  await becomes(() => sam.status === 'open');

  sam.post('Is the clinic open?');
  const first = await posted(peer);
  peer.vanishes();
  await becomes(() => sam.pending[0]?.state === 'undelivered');

  const again = await server.meets();
  expect(await again.hears()).toEqual({ protocol: 1, token: 't2', after: 0 });
  again.says(welcome('t3'));
  const second = await posted(again);
  expect(second.verb).toEqual(first.verb);
  again.says(shown(1, second.verb.post_message.client_id, 'Is the clinic open?'));
  again.says({ frame: 'done', id: second.id, number: 1, at: Date.now() });
  await becomes(() => sam.pending.length === 0);
  expect(sam.thread.lines).toHaveLength(1);
});

test('what is written while offline waits, in order, and goes out with the welcome', async () => {
  sam.post('First');
  sam.post('Second');
  expect(sam.pending.map((message) => message.state)).toEqual(['undelivered', 'undelivered']);
  const peer = await server.meets();
  await peer.hears();
  peer.says(welcome('t2'));
  const texts = [await posted(peer), await posted(peer)].map((request) => request.verb.post_message.text);
  expect(texts).toEqual(['First', 'Second']);
});

test('when the newest token was never used, the one before is tried once', async () => {
  const peer = await server.meets();
  await peer.hears();
  peer.says(welcome('t2'));
  await becomes(() => sam.status === 'open');
  peer.vanishes();

  const second = await server.meets();
  expect(await second.hears()).toMatchObject({ token: 't2' });
  second.says(bye('signed_out'));
  const third = await server.meets();
  expect(await third.hears()).toMatchObject({ token: 't1' });
  third.says(bye('signed_out'));
  await becomes(() => sam.over !== null);
  expect(passes).toEqual([{ newest: 't2', previous: 't1' }, null]);
});

test('a conversation that is gone says so and forgets its token', async () => {
  const peer = await server.meets();
  await peer.hears();
  peer.says(bye('not_found'));
  await becomes(() => sam.over?.code === 'not_found');
  expect(passes).toEqual([null]);
});

test('a message that the server refuses stays on the screen as not sent', async () => {
  const peer = await server.meets();
  await peer.hears();
  peer.says(welcome('t2'));
  await becomes(() => sam.status === 'open');
  sam.post('Too late');
  const { id } = await posted(peer);
  peer.says({ frame: 'refused', id, problem: bye('wrong_state').problem });
  await becomes(() => sam.pending[0]?.state === 'failed');
  expect(sam.refusal?.code).toBe('wrong_state');
});

test('what was refused because it came too quickly goes out again in the order in which it was said', async () => {
  const peer = await server.meets();
  await peer.hears();
  peer.says(welcome('t2'));
  await becomes(() => sam.status === 'open');
  sam.post('First');
  sam.post('Second');
  const refused = (id: number, retry_after: number) => peer.says({ frame: 'refused', id, problem: { ...bye('too_many').problem, retry_after } });
  refused((await posted(peer)).id, 0.2);
  refused((await posted(peer)).id, 0.1);
  const texts = [await posted(peer), await posted(peer)].map((request) => request.verb.post_message.text);
  expect(texts).toEqual(['First', 'Second']);
});
