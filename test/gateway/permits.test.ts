import { forgetPermits, writePermits } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
  await kit.addGateway({ sendPolicy: 'anyone' });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

let sent = 0;
/** Sends a new message. Resolves with the code of the error, or `ack`. */
async function trySend(client: Client, to: number): Promise<string> {
  sent += 1;
  const reply = await client.ask({ type: 'send', ref: `try${sent}`, to, body: { type: 'text', text: 'hi' } });
  return reply.type === 'error' ? reply.code : reply.type;
}

describe('permits', () => {
  it('the gateway reads permits again when a change is published', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    expect(await trySend(alice, b)).toBe('ack');
    await kit.permit(b, []);
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => (await trySend(alice, b)) === 'not-friends');
    await kit.permit(b, [a]);
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => (await trySend(alice, b)) === 'ack');
    await kit.permit(b, [a], [a]);
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => (await trySend(alice, b)) === 'blocked');
  });

  it('the gateway reads permits again when it might have missed published changes', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    expect(await trySend(alice, b)).toBe('ack');
    await kit.permit(b, []);
    const { gateway } = kit.gateway();
    gateway.hub.missed(new Set([kit.link.keys.bucket(a)]));
    expect(await trySend(alice, b)).toBe('not-friends');
  });

  it('with SEND_POLICY=anyone, strangers can write to a user, but blocked users cannot', async () => {
    const [a, stranger, blocker] = [kit.newId(), kit.newId(), kit.newId()];
    await kit.permit(stranger, []);
    await kit.permit(blocker, [], [a]);
    await using alice = await kit.connect(a, 2);
    expect(await trySend(alice, stranger)).toBe('ack');
    expect(await trySend(alice, blocker)).toBe('blocked');
  });

  it('a resend to a group is acknowledged although its sender has been muted since', async () => {
    const [a, b] = await kit.friends();
    const group = await kit.group([a, b]);
    await using alice = await kit.connect(a);
    const frame = { type: 'send', ref: 'r', to: group, body: { type: 'text', text: 'hi' } } as const;
    const first = await alice.ask(frame);
    const mutes: [number, number][] = [[a, Date.now() + 60_000]];
    await writePermits(kit.link, group, { kind: 'group', version: 1e9, members: [a, b], mutes });
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => (await trySend(alice, group)) === 'muted');
    expect(await alice.ask(frame)).toEqual({ ...first, duplicate: true, online: false });
  });

  it('a resend is acknowledged although its sender has lost the permit since', async () => {
    const [a, b] = await kit.friends();
    const group = await kit.group([a, b]);
    await using alice = await kit.connect(a);
    const send = (to: number) =>
      alice.ask({ type: 'send', ref: `resent-${to}`, to, body: { type: 'text', text: 'resent' } });
    const first = [await send(b), await send(group)];
    await kit.permit(b, [a], [a]);
    await writePermits(kit.link, group, { kind: 'group', version: 1e9, members: [b] });
    await forgetPermits(kit.link, [a]);
    await waitFor(async () => (await trySend(alice, b)) === 'blocked');
    await waitFor(async () => (await trySend(alice, group)) === 'not-member');
    const before = (await kit.inbox(b)).length;
    expect([await send(b), await send(group)]).toEqual(
      first.map((ack) => ({ ...ack, duplicate: true, online: false })),
    );
    expect(await kit.inbox(b)).toHaveLength(before);
  });

  it('a user who is not a member of a group cannot write to it', async () => {
    const [a, b] = [kit.newId(), kit.newId()];
    const group = await kit.group([b]);
    await using alice = await kit.connect(a, 2);
    expect(await trySend(alice, group)).toBe('not-member');
  });
});

describe('permits that Redis does not have', () => {
  /** Returns the requests for this id that were sent to the recorder. */
  const asked = async (id: number) =>
    (await kit.requested((entry) => entry.kind === 'rebuild' && entry.id === id)).length;

  it('messages wait until the recorder provides missing permits, and keep their order', async () => {
    const [a, b] = [kit.newId(), kit.newId()];
    await using alice = await kit.connect(a);
    const sending = alice.texts(
      b,
      Array.from({ length: 10 }, (_, i) => `m${i}`),
    );
    await waitFor(async () => (await asked(b)) > 0);
    await kit.permit(b, [a]);
    await sending;
    expect((await kit.inbox(b)).map(({ event }) => event.body?.text)).toEqual(
      Array.from({ length: 10 }, (_, i) => `m${i}`),
    );
  });

  it('if no recorder provides the permits for a message, the gateway rejects the message with retry: true', async () => {
    const [a, b] = [kit.newId(), kit.newId()];
    await using alice = await kit.connect(a);
    const frame = { type: 'send', ref: 'later', to: b, body: { type: 'text', text: 'x' } } as const;
    expect(await alice.ask(frame)).toMatchObject({ type: 'error', code: 'unavailable', retry: true });
    await kit.permit(b, [a]);
    expect(await alice.ask(frame)).toMatchObject({ type: 'ack', duplicate: false });
  });

  it('messages of many concurrent senders are delivered once the recorder provides the permits', async () => {
    const b = kit.newId();
    const senders = Array.from({ length: 20 }, () => kit.newId());
    const clients = await Promise.all(senders.map((user, i) => kit.connect(user, i % 2)));
    const sending = Promise.all(clients.map((client) => client.text(b, 'hi')));
    await waitFor(async () => (await asked(b)) > 0);
    await kit.permit(b, senders);
    await sending;
    expect(await kit.inbox(b)).toHaveLength(20);
    await Promise.all(clients.map((client) => client.close()));
  });
});
