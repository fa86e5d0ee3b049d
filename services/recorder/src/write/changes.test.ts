import { activeReactions } from '@parley/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edit, groupMessage, hide, message, pin, react, recall } from '../testing/entries.ts';
import { Fixture } from '../testing/fixture.ts';

let world: Fixture;
beforeAll(async () => {
  world = await Fixture.open();
});
afterAll(() => world[Symbol.asyncDispose]());

const body = (text: string) => ({ type: 'text', text });

describe('custom data', () => {
  it('an edit replaces custom data, even if it is recorded before the message, and a recall removes custom data', async () => {
    const [a, b] = await world.users(2);
    await world.write({ ...edit(a, b, 2, 700, 'two'), custom: { version: 2 } });
    await world.write({ ...message(1, a, b), custom: { version: 1 } }, message(2, a, b));
    for (const owner of [a, b]) {
      const peer = owner === a ? b : a;
      expect(await world.message(owner, peer, 1)).toMatchObject({ custom: { version: 1 } });
      expect(await world.message(owner, peer, 2)).toMatchObject({ custom: { version: 2 }, body: body('two') });
    }
    await world.write(edit(a, b, 2, 800, 'two again'), recall(a, b, 1, 800));
    expect(await world.message(b, a, 1)).toMatchObject({ body: null, custom: null });
    expect(await world.message(b, a, 2)).toMatchObject({ body: body('two again'), custom: null });
  });
});

describe('the final content of a streamed message', () => {
  it('the final content of a stream does not count as an edit, and a later edit replaces it', async () => {
    const [a, b] = await world.users(2);
    const final = (id: number) => ({ ...edit(a, b, id, 700, 'whole'), streaming: false });
    const opened = (id: number) => ({ ...message(id, a, b, ''), streaming: true });
    await world.write(opened(1), final(1), final(2));
    await world.write(opened(2));
    for (const id of [1, 2]) expect(await world.message(b, a, id)).toMatchObject({ body: body('whole'), edited: null });
    expect(await world.chat(b, a)).toMatchObject({ last_id: 2, last_body: body('whole'), unread: 2 });
    await world.write(edit(a, b, 2, 800, 'corrected'));
    await world.write(final(2));
    expect(await world.message(b, a, 2)).toMatchObject({ body: body('corrected'), edited: 800 });
  });
});

describe('a pin', () => {
  it('both copies of a message store its newest pin, whatever the order of recording and even before the message', async () => {
    const [a, b] = await world.users(2);
    await world.write(pin(a, b, 1, 700, true));
    await world.write(message(1, a, b), pin(b, a, 1, 900, false), pin(a, b, 1, 800, true));
    await world.write(pin(b, a, 1, 900, true));
    const rows = await world.db
      .selectFrom('pins')
      .selectAll()
      .where('owner_id', 'in', [a, b])
      .orderBy('owner_id')
      .execute();
    expect(rows).toEqual(
      [a, b].map((owner) => ({
        ...{ owner_id: owner, peer_id: owner === a ? b : a, id: 1 },
        ...{ user_id: b, date: 900, active: false },
      })),
    );
    expect(await world.chat(b, a)).toMatchObject({ unread: 1, last_id: 1 });
  });
});

describe('a hidden message', () => {
  it('hide entries hide only existing messages, once each, in the copy of their user', async () => {
    const [a, b, c] = await world.users(3);
    const group = await world.group([a, b]);
    const entries = [message(1, a, b), groupMessage(2, a, group), hide(b, a, [1, 2]), hide(b, group, [1, 2], true)];
    await world.write(...entries, hide(c, a, [1]));
    await world.write(...entries);
    const query = world.db.selectFrom('hidden_messages').selectAll().where('owner_id', 'in', [a, b, c]).orderBy('id');
    expect(await query.execute()).toEqual([
      { owner_id: b, peer_id: a, id: 1, sender_id: a },
      { owner_id: b, peer_id: group, id: 2, sender_id: a },
    ]);
  });
});

describe('a recall', () => {
  it('a recall removes the content of the message from both copies and both chats', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b), message(2, a, b));
    await world.write(recall(a, b, 2, 700));
    for (const [owner, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(await world.message(owner, peer, 2)).toMatchObject({ body: null, recalled: 700 });
      expect(await world.chat(owner, peer)).toMatchObject({ last_id: 2, last_body: null, last_recalled: 700 });
    }
    expect(await world.chat(b, a)).toMatchObject({ unread: 2 });
  });

  it("a moderator's recall removes the message of another member, even if it is recorded before the message", async () => {
    const [a, b] = await world.users(2);
    const group = await world.group([a, b]);
    const moderated = (id: number) => ({ ...recall(b, group, id, 700, true), moderated: true });
    await world.write(groupMessage(1, a, group), moderated(2));
    await world.write(
      moderated(1),
      groupMessage(2, a, group),
      groupMessage(3, a, group),
      recall(b, group, 3, 700, true),
    );
    expect(await world.message(group, group, 1)).toMatchObject({ body: null, recalled: 700 });
    expect(await world.message(group, group, 2)).toMatchObject({ body: null, recalled: 700 });
    expect(await world.message(group, group, 3)).toMatchObject({ recalled: null });
  });

  it('a recall that is recorded before its message still applies', async () => {
    const [a, b] = await world.users(2);
    await world.write(recall(a, b, 9, 700));
    await world.write(message(9, a, b, 'secret'));
    expect(await world.message(b, a, 9)).toMatchObject({ body: null, recalled: 700, sender_id: a });
    expect(await world.chat(b, a)).toMatchObject({ last_body: null, last_recalled: 700, early: false });
    expect((await world.everything()) as { early: [] }).toMatchObject({ early: [] });
  });

  it("a recall of another user's message is ignored, even if it is recorded before the message", async () => {
    const [a, b] = await world.users(2);
    await world.write(recall(b, a, 1, 700), edit(b, a, 1, 700, 'forged'));
    await world.write(message(1, a, b, 'mine'));
    await world.write(recall(b, a, 1, 800), edit(b, a, 1, 800, 'forged'));
    expect(await world.message(b, a, 1)).toMatchObject({ body: body('mine'), recalled: null, edited: null });
  });
});

describe('changes of a message', () => {
  const users = [0, 1] as const;
  const change = fc.oneof(
    fc.record({
      kind: fc.constant('edit' as const),
      date: fc.integer({ min: 1, max: 4 }),
      text: fc.constantFrom('x', 'y'),
    }),
    fc.record({
      kind: fc.constant('react' as const),
      date: fc.integer({ min: 1, max: 4 }),
      by: fc.constantFrom(...users),
      emoji: fc.constantFrom('👍', '❤️'),
      active: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('recall' as const), date: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('message' as const) }),
  );
  type Each = typeof change extends fc.Arbitrary<infer T> ? T : never;

  it('changes of a message have the same result in every order of recording', async () => {
    const plan = fc.record({
      changes: fc.array(change, { minLength: 1, maxLength: 7 }),
      order: fc.infiniteStream(fc.nat()),
      cut: fc.nat(7),
      group: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ changes, order, cut, group }) => {
        const all: Each[] = [...changes, { kind: 'message' }];
        const shuffled = all
          .map((each) => ({ each, key: order.next().value as number }))
          .sort((x, y) => x.key - y.key)
          .map(({ each }) => each);
        const states = [];
        for (const sequence of [all, shuffled]) {
          const [a, b] = await world.users(2);
          const peer = group ? await world.group([a, b]) : b;
          const entries = sequence.map((each) => toEntry(each, [a, b], peer, group));
          if (cut > 0) await world.write(...entries.slice(0, cut));
          if (cut < entries.length) await world.write(...entries.slice(cut));
          const copies = group
            ? [[peer, peer]]
            : [
                [a, b],
                [b, a],
              ];
          states.push(
            await Promise.all(
              copies.map(async ([owner, other]) => {
                const row = await world.message(owner as number, other as number, 5);
                const reactions = activeReactions(row?.reactions ?? null);
                return {
                  ...{ body: row?.body, edited: row?.edited, recalled: row?.recalled },
                  reactions: reactions
                    .map(({ emoji, users }) => ({ emoji, users: users.map((user) => (user === a ? 'a' : 'b')).sort() }))
                    .sort((x, y) => x.emoji.localeCompare(y.emoji)),
                };
              }),
            ),
          );
        }
        expect(states[1]).toEqual(states[0]);
        if (changes.some((each) => each.kind === 'recall')) expect(states[0]?.[0]?.body).toBeNull();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  function toEntry(each: Each, [a, b]: [number, number], peer: number, group: boolean): object {
    if (each.kind === 'message') return group ? groupMessage(5, a, peer, 'original') : message(5, a, b, 'original');
    if (each.kind === 'recall') return recall(a, peer, 5, each.date, group);
    if (each.kind === 'edit') return edit(a, peer, 5, each.date, each.text, group);
    const [by, chat] = each.by === 0 ? [a, peer] : [b, group ? peer : a];
    return react(by, chat, 5, each.date, each.emoji, each.active, group);
  }
});

describe('reactions', () => {
  it('reactions are stored by emoji and user, and removed reactions are not listed', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b), react(a, b, 1, 10, '👍', true), react(b, a, 1, 11, '👍', true));
    await world.write(react(b, a, 1, 12, '🎉', true), react(a, b, 1, 13, '👍', false));
    for (const row of [await world.message(a, b, 1), await world.message(b, a, 1)]) {
      expect(activeReactions(row?.reactions ?? null)).toEqual([
        { emoji: '👍', users: [b] },
        { emoji: '🎉', users: [b] },
      ]);
    }
  });

  it('a message has reactions with at most 32 different emoji', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b));
    await world.write(...Array.from({ length: 100 }, (_, index) => react(a, b, 1, 10 + index, `e${index}`, true)));
    expect(Object.keys((await world.message(b, a, 1))?.reactions ?? {})).toHaveLength(32);
  });
});
