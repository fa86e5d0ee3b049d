import { expect, it } from 'vitest';
import { accept } from '../messages/accept.ts';
import { mutate } from '../messages/mutate.ts';
import { writePermits } from '../permits/write-permits.ts';
import { LIVE_HEAD } from '../presence/control.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { recallFrom } from '../test/recall-from.ts';
import { type AppendOutcome, appendToStream, type StreamAppend } from './append-stream.ts';
import { dueStreams } from './due-streams.ts';
import { endStream } from './end-stream.ts';
import { readStream } from './stream.ts';
import { takeSlot } from './take-slot.ts';

onEachRedis((redis) => {
  /** Opens a stream of the first user to a group in several buckets, or to the second user. */
  const open = async ({ idle = 60_000, time = 600_000, group = false } = {}) => {
    const { connection } = redis;
    const users = [redis.newId(), redis.newId(), redis.newId()];
    const [from = 0, peer = 0] = users;
    const to = group ? redis.newId() : peer;
    if (group) await writePermits(connection, to, { kind: 'group', version: 1, members: users });
    const { id, conversation } = await accept(connection, {
      ...{ from, to, ref: 'r', body: '{"type":"text","text":"a"}', extra: ',"streaming":true', record: true },
      ...(group && { members: users, permit: 'member' as const }),
      stream: { text: '"a"', idle, time, facts: { chars: 1, record: 1, slot: 's', custom: '{"model":"x"}' } },
    });
    const receivers = group
      ? users.map((user) => ({ user, chat: to }))
      : [
          { user: from, chat: peer },
          { user: peer, chat: from },
        ];
    const append = (index: number, texts: string[], more: Partial<StreamAppend> = {}): Promise<AppendOutcome> =>
      appendToStream(connection, {
        ...{ conversation, id, user: from, index, texts, receivers, idle },
        ...(group ? { group: to, permit: 'member' as const } : { permit: 0 }),
        ...more,
      });
    const end = () => endStream(connection, conversation, id, { participants: users });
    return { connection, users, from, peer, to, id, conversation, append, end };
  };

  it.each([
    ['a user', false],
    ['a group', true],
  ])('appends reach the channels of %s and no inbox; the end leaves one edit', async (_, group) => {
    const { connection, from, peer, to, id, append, end } = await open({ group });
    await using heard = await redis.listen(connection.keys.user(peer));
    expect(await append(1, ['b'])).toEqual({ is: 'appended' });
    expect(await append(2, ['"c"', 'd\n'])).toEqual({ is: 'appended' });
    const chat = group ? to : from;
    const frame = (index: number, text: string) => ({ type: 'stream', chat, id, user: from, index, text });
    const [one = '', several = ''] = await heard.heard();
    expect(JSON.parse(one)).toEqual(frame(1, 'b'));
    expect(several.startsWith(LIVE_HEAD)).toBe(true);
    expect(JSON.parse(several.slice(1)).frames).toEqual([frame(2, '"c"'), frame(3, 'd\n')]);
    expect(await readInbox(connection, peer)).toHaveLength(1);
    expect(await end()).toBe(true);
    const edit = {
      kind: 'edit',
      id,
      streaming: false,
      custom: { model: 'x' },
      body: { type: 'text', text: 'ab"c"d\n' },
    };
    for (const user of [from, peer])
      expect((await readInbox(connection, user)).map(({ event }) => event)).toEqual([
        expect.objectContaining({ kind: 'message', streaming: true }),
        { ...edit, chat: group ? to : user === from ? peer : from, user: from },
      ]);
    expect(await end()).toBe(false);
    expect(await append(4, ['e'])).toEqual({ is: 'ended' });
  });

  it('appendToStream skips a repeated append and rejects one after a gap', async () => {
    const { connection, peer, append, conversation, id } = await open();
    await append(1, ['b', 'c']);
    await using heard = await redis.listen(connection.keys.user(peer));
    expect(await append(1, ['b', 'c'])).toEqual({ is: 'appended' });
    expect(await append(2, ['c', 'd'])).toEqual({ is: 'appended' });
    expect(await append(2, ['other'])).toEqual({ is: 'index', last: 1 });
    expect(await append(5, ['f'])).toEqual({ is: 'index', last: 3 });
    expect(await readStream(connection, conversation, id)).toMatchObject({ index: 3, text: 'abcd' });
    expect((await heard.heard()).map((text) => JSON.parse(text).text)).toEqual(['d']);
  });

  it('if two devices append to a stream at the same time, appendToStream accepts only one text per index', async () => {
    const { append, conversation, id, connection } = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => append(1, [`${i % 2}`, `${i % 2}`]).then(({ is }) => is)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['appended', 'index']));
    expect((await readStream(connection, conversation, id))?.text).toMatch(/^a(00|11)$/);
  });

  it("appendToStream accepts only appends by the message's sender, while the permit is valid", async () => {
    const { connection, peer, from, to, append, users } = await open({ group: true });
    expect(await append(1, ['b'], { user: peer })).toEqual({ is: 'forbidden' });
    await using removed = await redis.listen(connection.keys.user(peer));
    await writePermits(connection, to, { kind: 'group', version: 2, members: users.filter((user) => user !== peer) });
    expect(await append(1, ['b'])).toEqual({ is: 'appended' });
    if (!connection.clustered) expect(await removed.heard()).toEqual([]);
    await writePermits(connection, to, { kind: 'group', version: 3, members: users.filter((user) => user !== from) });
    expect(await append(2, ['c'])).toEqual({ is: 'permit' });
    const pair = await open();
    expect(await pair.append(1, ['b'], { permit: 7 })).toEqual({ is: 'permit' });
  });

  it('appendToStream reports a message stream as expired once it exceeds the time limit or the maximum length', async () => {
    const { connection, conversation, id, append } = await open({ idle: -1 });
    const long = await open();
    expect(await append(1, ['b'])).toEqual({ is: 'expired' });
    expect(await long.append(1, ['x'.repeat(7997)])).toEqual({ is: 'appended' });
    expect(await long.append(2, ['y', '🙂', 'z'])).toEqual({ is: 'expired' });
    expect(await long.append(4, ['z'])).toEqual({ is: 'expired' });
    expect((await readStream(connection, long.conversation, long.id))?.text).toMatch(/^ax+y🙂$/);
    const buckets = Array.from({ length: connection.keys.buckets }, (_, bucket) => bucket);
    expect(await dueStreams(connection, buckets)).toContainEqual({ conversation, id });
  });

  it('an edit or a recall of a streamed message ends its stream and frees the slot', async () => {
    const { connection, conversation, id, from, peer, append } = await open();
    const limit = { time: 60_000, max: 1 };
    expect(await takeSlot(connection, from, 's', limit)).toBe(true);
    expect(await takeSlot(connection, from, 's', limit)).toBe(true);
    expect(await takeSlot(connection, from, 'other', limit)).toBe(false);
    const record = { kind: 'recall' as const, user: from, chat: peer, id, date: 1 };
    await mutate(connection, { record, recorded: true, recall: id, entries: [] });
    expect(await append(1, ['b'])).toEqual({ is: 'ended' });
    expect(await readStream(connection, conversation, id)).toBeUndefined();
    expect(await takeSlot(connection, from, 'other', limit)).toBe(true);
  });

  it('endStream delivers and records nothing if the message has been recalled', async () => {
    const { connection, conversation, id, users, peer, end } = await open();
    await recallFrom(connection, users, conversation, id);
    const before = await readInbox(connection, peer);
    expect(await end()).toBe(true);
    expect(await readStream(connection, conversation, id)).toBeUndefined();
    expect(await readInbox(connection, peer)).toEqual(before);
    const records = await connection.client.xrange(
      connection.keys.record(connection.keys.home(conversation)),
      '-',
      '+',
    );
    const own = records.filter(([, [, entry = '']]) => JSON.parse(entry).id === id);
    expect(own.map(([, [, entry = '']]) => JSON.parse(entry).kind)).toEqual(['message']);
  });

  it('accept opens no second stream when a message is resent', async () => {
    const { connection, from, peer, conversation, id, end } = await open();
    await end();
    const again = { from, to: peer, ref: 'r', body: '{}', record: true };
    const stream = { text: '""', idle: 1, time: 1, facts: { chars: 0, record: 1 as const, slot: 's' } };
    expect(await accept(connection, { ...again, stream })).toMatchObject({ id, duplicate: true });
    expect(await readStream(connection, conversation, id)).toBeUndefined();
  });
});
