import type { EventFrame, ServerFrame } from '@parley/protocol';
import { append, readPermit } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../groups/kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start({ env: { OUTBOX_INTERVAL: '50ms' } });
});
afterAll(() => kit[Symbol.asyncDispose]());

const erased = (owner: number) =>
  waitFor(
    async () =>
      (await kit.db.selectFrom('messages').select('id').where('owner_id', '=', owner).execute()).length === 0 &&
      (await kit.db.selectFrom('chats').select('peer_id').where('owner_id', '=', owner).execute()).length === 0,
    { message: 'rows are left' },
  );

describe('deleting an account on several gateways', () => {
  it("deleting an account closes the user's sockets on every gateway; messages to the user are then rejected", async () => {
    const [ann, ben] = await kit.people(2);
    if (!ann || !ben) throw new Error('no people');
    const [here, there, other] = [
      await ann.connect(0),
      await ann.connect(1, { device: 'other' }),
      await ben.connect(1),
    ];
    await other.text(ann.id, 'before');
    await kit.recorded();
    await ann.call('DELETE', '/me', {});
    for (const socket of [here, there]) {
      await waitFor(() => socket.closed !== undefined, { message: 'a socket stays open' });
      expect(socket.closed?.code).toBe(4003);
    }
    await expect(other.text(ann.id, 'after')).rejects.toThrow(/not-found/);
    const isRemoval = (frame: ServerFrame): frame is EventFrame =>
      frame.type === 'event' && frame.event.kind === 'friend';
    await other.frame(isRemoval);
    expect(await ben.texts(ann.id)).toEqual(['before']);
    expect((await ben.chat(ann.id)).name).toBe('Deleted user');
    await erased(ann.id);
    other.socket.close();
  });

  it("deleting an account during a flood of messages deletes all of the user's data and keeps other users' copies", async () => {
    const [ann, ben] = await kit.people(2);
    if (!ann || !ben) throw new Error('no people');
    const other = await ben.connect(0);
    const texts = Array.from({ length: 400 }, (_, n) => `text ${n}`);
    const sending = Promise.allSettled(texts.map((text) => other.text(ann.id, text)));
    await ann.call('DELETE', '/me', {});
    await sending;
    await kit.recorded();
    await append(kit.link, [{ user: ann.id, event: '{}' }]);
    // Makes the next run of the deletion due at once, as if its delay had passed.
    const again = () => kit.db.updateTable('outbox').set({ due: 0 }).execute();
    const { client, keys } = kit.link;
    await waitFor(async () => (await again()) && (await client.exists(keys.inbox(ann.id))) === 0, {
      message: 'the inbox is left',
    });
    await erased(ann.id);
    expect(await readPermit(kit.link, ben.id, ann.id)).toBe('nobody');
    const acked = other.frames.filter((frame) => frame.type === 'ack').length;
    expect((await kit.db.selectFrom('messages').select('id').where('owner_id', '=', ben.id).execute()).length).toBe(
      acked,
    );
    other.socket.close();
  });
});
