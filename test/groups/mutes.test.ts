import type { Member } from '@parley/protocol';
import { forgetCopies, readMute } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** Creates a group with an owner, an admin and a member. */
async function makeGroup() {
  const [owner, admin, member] = (await kit.people(3)) as [Person, Person, Person];
  const group = await kit.group([owner, admin, member]);
  await owner.call('PATCH', `/groups/${group}/members/${admin.id}`, { role: 'admin' });
  return { owner, admin, member, group };
}
const mute = (by: Person, group: number, who: Person, mutedUntil: unknown) =>
  by.call<Member>('PATCH', `/groups/${group}/members/${who.id}`, { mutedUntil });
const later = () => Date.now() + 3_600_000;
let refs = 0;
async function say(client: Client, to: number) {
  const ref = `mute-${++refs}`;
  client.send({ type: 'send', ref, to, body: { type: 'text', text: 'hi' } });
  return await client.reply(ref);
}
const muted = {
  type: 'error',
  code: 'muted',
  message: expect.stringContaining('muted'),
  retryAfter: expect.any(Number),
};

describe('muted members', () => {
  it('a muted member can neither write, edit nor react on any gateway, but can recall messages', async () => {
    const { admin, member, group } = await makeGroup();
    await using first = await Client.open(kit.gateway(0), member.token);
    await using second = await Client.open(kit.gateway(1), member.token);
    const { id } = await first.text(group, 'before');
    expect(await say(second, group)).toMatchObject({ type: 'ack' });
    const until = later();
    expect(await mute(admin, group, member, until)).toMatchObject({ mutedUntil: until });
    for (const client of [first, second]) {
      expect(await say(client, group)).toMatchObject(muted);
      client.send({ type: 'edit', ref: 'edit', chat: group, id, body: { type: 'text', text: 'x' } });
      expect(await client.reply('edit')).toMatchObject(muted);
      client.send({ type: 'react', ref: 'react', chat: group, id, emoji: '👍', active: true });
      expect(await client.reply('react')).toMatchObject(muted);
    }
    first.send({ type: 'recall', ref: 'recall', chat: group, id });
    expect(await first.reply('recall')).toMatchObject({ type: 'ack' });
    await using other = await Client.open(kit.gateway(0), admin.token);
    expect(await say(other, group)).toMatchObject({ type: 'ack' });
  });

  it('a muted member cannot write, even if the gateway missed the mute', async () => {
    const { member, group } = await makeGroup();
    await using client = await Client.open(kit.gateway(0), member.token);
    expect(await say(client, group)).toMatchObject({ type: 'ack' });
    await kit.link.client.hset(kit.link.keys.restrictions(group), member.id, later());
    expect(await say(client, group)).toMatchObject(muted);
    const response = await fetch(`${kit.gateway(0).replace(/^ws/, 'http')}/v1/frames`, {
      method: 'POST',
      headers: { authorization: `Bearer ${member.token}` },
      body: JSON.stringify({ type: 'send', ref: 'posted', to: group, body: { type: 'text', text: 'hi' } }),
    });
    expect(response.status).toBe(403);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(3500);
  });

  it('a member stays muted on new connections and after Redis has lost its copies', async () => {
    const { owner, member, group } = await makeGroup();
    await mute(owner, group, member, later());
    await forgetCopies(kit.link);
    for (const gateway of [0, 1]) {
      await using client = await Client.open(kit.gateway(gateway), member.token);
      expect(await say(client, group)).toMatchObject(muted);
    }
  });

  it('a muted member can write again when the mute expires or an admin ends it', async () => {
    const { owner, admin, member, group } = await makeGroup();
    await using client = await Client.open(kit.gateway(0), member.token);
    await mute(owner, group, member, Date.now() + 500);
    await expect.poll(async () => (await say(client, group)).type, { timeout: 5000 }).toBe('ack');
    await mute(owner, group, member, later());
    expect(await say(client, group)).toMatchObject(muted);
    expect(await mute(admin, group, member, null)).not.toHaveProperty('mutedUntil');
    expect(await say(client, group)).toMatchObject({ type: 'ack' });
    expect(await kit.link.client.exists(kit.link.keys.restrictions(group))).toBe(0);
  });

  it('a member who left and joined again is not muted', async () => {
    const { owner, member, group } = await makeGroup();
    await mute(owner, group, member, later());
    await owner.call('DELETE', `/groups/${group}/members/${member.id}`);
    await owner.call('PUT', `/groups/${group}/members/${member.id}`);
    expect(await readMute(kit.link, group, member.id)).toBe(0);
  });
});
