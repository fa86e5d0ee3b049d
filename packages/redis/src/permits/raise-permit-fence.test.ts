import { userConversation } from '@parley/protocol';
import { expect, it } from 'vitest';
import { accept, type NewMessage } from '../messages/accept.ts';
import { mutate } from '../messages/mutate.ts';
import { PermitChanged } from '../messages/permit-changed.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox, readRecord } from '../test/inbox.ts';
import { raisePermitFence, readPermitFence } from './raise-permit-fence.ts';
import { writePermits } from './write-permits.ts';

onEachRedis((redis) => {
  const send = (from: number, to: number, ref: string, more: Partial<NewMessage>) =>
    accept(redis.connection, { from, to, ref, body: '{"type":"text","text":"hi"}', record: true, ...more });

  it('raisePermitFence returns ascending values of the fence (a counter of permission changes), even if the last value is ahead of the clock', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const { client, keys } = redis.connection;
    expect(await readPermitFence(redis.connection, a, b)).toBe(0);
    const first = await raisePermitFence(redis.connection, a, b);
    expect(await readPermitFence(redis.connection, b, a)).toBe(first);
    await client.set(keys.permitFence(userConversation(a, b)), first + 3_600_000);
    expect(await raisePermitFence(redis.connection, b, a)).toBe(first + 3_600_001);
  });

  it('accept rejects a message if the gateway read the permission before the api withdrew it (raised the fence), and writes nothing', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const sent = await send(a, b, 'r1', { permit: 0 });
    const fence = await raisePermitFence(redis.connection, a, b);
    await expect(send(a, b, 'r2', { permit: 0 })).rejects.toThrow(PermitChanged);
    for (const user of [a, b]) expect(await readInbox(redis.connection, user)).toHaveLength(1);
    const home = redis.connection.keys.home(sent.conversation);
    expect(await readRecord(redis.connection, home, sent.conversation)).toHaveLength(1);
    expect(await send(a, b, 'r2', { permit: fence })).toMatchObject({ duplicate: false });
  });

  it('mutate rejects an edit if the gateway read the permission before the api withdrew it (raised the fence), and writes nothing', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const edit = (chat: number, permit: number | 'member', group?: true) =>
      mutate(redis.connection, {
        record: { kind: 'edit', user: a, chat, id: 5, date: 1, body: {}, ...(group && { group }) },
        recorded: true,
        entries: [a, b].map((user) => ({ user, event: '{"kind":"edit","id":5}' })),
        permit,
      });
    await edit(b, 0);
    const fence = await raisePermitFence(redis.connection, a, b);
    await expect(edit(b, 0)).rejects.toThrow(PermitChanged);
    for (const user of [a, b]) expect(await readInbox(redis.connection, user)).toHaveLength(1);
    await edit(b, fence);
    const group = redis.newId();
    await writePermits(redis.connection, group, { kind: 'group', version: 1, members: [b] });
    await expect(edit(group, 'member', true)).rejects.toThrow(PermitChanged);
    await writePermits(redis.connection, group, { kind: 'group', version: 2, members: [a, b] });
    await edit(group, 'member', true);
  });

  it('accept recognises a resend of a message that was accepted before the api withdrew the permission (raised the fence)', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const { id } = await send(a, b, 'r1', { permit: 0 });
    await raisePermitFence(redis.connection, a, b);
    expect(await send(a, b, 'r1', { permit: 0 })).toMatchObject({ id, duplicate: true });
  });

  it('accept rejects a group message if the sender is no longer a member, or Redis has no copy of the group', async () => {
    const [group, a, b] = [redis.newId(), redis.newId(), redis.newId()];
    const more = { members: [a, b], permit: 'member' as const };
    await expect(send(a, group, 'r1', more)).rejects.toThrow(PermitChanged);
    await writePermits(redis.connection, group, { kind: 'group', version: 1, members: [a, b] });
    const { id } = await send(a, group, 'r1', more);
    await writePermits(redis.connection, group, { kind: 'group', version: 2, members: [b] });
    await expect(send(a, group, 'r2', more)).rejects.toThrow(PermitChanged);
    expect(await send(a, group, 'r1', more)).toMatchObject({ id, duplicate: true });
    expect(await readInbox(redis.connection, b)).toHaveLength(1);
  });
});
