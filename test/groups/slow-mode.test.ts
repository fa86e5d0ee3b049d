import type { Group, ServerFrame } from '@parley/protocol';
import { forgetCopies } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const HOUR = 3600;

/** Creates a group with an owner, an admin and a member. */
async function makeGroup(slowMode = HOUR) {
  const [owner, admin, member] = (await kit.people(3)) as [Person, Person, Person];
  const group = await kit.group([owner, admin, member]);
  await owner.call('PATCH', `/groups/${group}/members/${admin.id}`, { role: 'admin' });
  const change = (seconds: number) => admin.call<Group>('PATCH', `/groups/${group}`, { slowMode: seconds });
  expect(await change(slowMode)).toMatchObject({ slowMode });
  return { owner, admin, member, group, change };
}
let refs = 0;
const say = (client: Client, to: number, ref = `slow-${++refs}`) =>
  client.ask({ type: 'send', ref, to, body: { type: 'text', text: 'hi' } });
const early = { type: 'error', code: 'slow-mode', retry: true, retryAfter: expect.any(Number) };

describe('slow mode of a group', () => {
  it('slow mode limits a member on all gateways and with every kind of frame, but does not limit a resend', async () => {
    const { member, group } = await makeGroup();
    await using first = await Client.open(kit.gateway(0), member.token);
    await using second = await Client.open(kit.gateway(1), member.token);
    const { id } = await first.text(group, 'accepted');
    for (const client of [first, second]) {
      const refused = await say(client, group);
      expect(refused).toMatchObject(early);
      expect((refused as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(HOUR * 1000);
    }
    second.send({ type: 'stream', op: 'start', ref: 'stream', to: group, text: 'hi' });
    expect(await second.reply('stream')).toMatchObject(early);
    const response = await fetch(`${kit.gateway(1).replace('ws', 'http')}/v1/frames`, {
      method: 'POST',
      headers: { authorization: `Bearer ${member.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'send', ref: 'http', to: group, body: { type: 'text', text: 'hi' } }),
    });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject(early);
    expect(await say(second, group, 'accepted')).toMatchObject({ type: 'ack', id, duplicate: true });
  });

  it('if a member sends several messages at once, slow mode accepts only one, even after Redis has lost its copies', async () => {
    const { member, group } = await makeGroup();
    await forgetCopies(kit.link);
    await using first = await Client.open(kit.gateway(0), member.token);
    await using second = await Client.open(kit.gateway(1), member.token);
    const replies = await Promise.all([first, second, first, second].map((client) => say(client, group)));
    expect(replies.map(codeOf).sort()).toEqual(['ack', 'slow-mode', 'slow-mode', 'slow-mode']);
  });

  it('slow mode does not limit the owner and admins, including a member who becomes an admin', async () => {
    const { owner, admin, member, group } = await makeGroup();
    await using client = await Client.open(kit.gateway(0), member.token);
    for (const person of [owner, admin]) {
      await using exempt = await Client.open(kit.gateway(1), person.token);
      for (let i = 0; i < 2; i += 1) expect(codeOf(await say(exempt, group))).toBe('ack');
    }
    expect([codeOf(await say(client, group)), codeOf(await say(client, group))]).toEqual(['ack', 'slow-mode']);
    const become = (role: string) => owner.call('PATCH', `/groups/${group}/members/${member.id}`, { role });
    await become('admin');
    expect(codeOf(await say(client, group))).toBe('ack');
    await become('member');
    expect(codeOf(await say(client, group))).toBe('slow-mode');
  });

  it('a shorter slow mode applies at once; a group without slow mode has no Redis key for slow mode', async () => {
    const { member, group, change } = await makeGroup();
    await using client = await Client.open(kit.gateway(0), member.token);
    expect([codeOf(await say(client, group)), codeOf(await say(client, group))]).toEqual(['ack', 'slow-mode']);
    await change(1);
    await expect.poll(async () => codeOf(await say(client, group)), { timeout: 5000 }).toBe('ack');
    await change(0);
    for (let i = 0; i < 2; i += 1) expect(codeOf(await say(client, group))).toBe('ack');
    const { keys } = kit.link;
    expect(await kit.link.client.exists(keys.restrictions(group))).toBe(0);
    const [a, b] = (await kit.people(2)) as [Person, Person];
    const plain = await kit.group([a, b]);
    await using writer = await Client.open(kit.gateway(0), b.token);
    await say(writer, plain);
    expect(await Promise.all([group, plain].map((id) => kit.link.client.exists(keys.slow(id))))).toEqual([1, 0]);
  });
});

function codeOf(frame: ServerFrame): string {
  return frame.type === 'error' ? frame.code : frame.type;
}
