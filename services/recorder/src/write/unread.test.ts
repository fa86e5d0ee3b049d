import { clearChat } from '@parley/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupMessage, mark, message, notice } from '../testing/entries.ts';
import { Fixture } from '../testing/fixture.ts';

let world: Fixture;
beforeAll(async () => {
  world = await Fixture.open();
});
afterAll(() => world[Symbol.asyncDispose]());

/**
 * A step of a test: an action of one of the members 0 to 2. The members 0 and 1 also have a chat
 * with each other.
 */
type Step =
  | { do: 'send' | 'sendGroup' | 'notice'; id: number; by: number }
  | { do: 'read' | 'readGroup'; id: number; by: number }
  | { do: 'clear' | 'clearGroup'; id: number; by: number };

const steps = (...kinds: Step['do'][]): fc.Arbitrary<Step[]> => {
  const step = fc.record({ do: fc.constantFrom(...kinds), id: fc.integer({ min: 1, max: 12 }), by: fc.nat(1) });
  return fc.array(step, { minLength: 1, maxLength: 6 });
};

/** Steps in any order, split into batches at any position. A batch may be written twice. */
const batch = fc.record({
  // A batch without groups is written by another code path.
  steps: fc.oneof(
    steps('send', 'send', 'read', 'clear'),
    steps('send', 'sendGroup', 'sendGroup', 'notice', 'read', 'readGroup', 'clear', 'clearGroup'),
  ),
  again: fc.boolean(),
});
const history = fc.array(batch, { minLength: 1, maxLength: 8 });

describe('unread', () => {
  it('the number of unread messages is exact for any order of messages, notices, marks, clears and replays', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (batches) => {
        const users = await world.users(3);
        const group = await world.group(users);
        // Only the first user who sends with a message id may use it, because the home bucket
        // assigns each id once.
        const senders = { send: new Map<number, number>(), sendGroup: new Map<number, number>() };
        for (const { steps, again } of batches) {
          const entries = steps.flatMap((each) => toEntry(each, users, group, senders));
          for (const owner of [0, 1]) {
            for (const each of steps) if (each.by === owner) await clear(each, users, group);
          }
          await world.write(...entries);
          if (again) await world.write(...entries);
        }
        const steps = batches.flatMap((batch) => batch.steps);
        for (const owner of [0, 1]) {
          const chat = await world.chat(users[owner] as number, users[1 - owner] as number);
          const sent = [...senders.send.keys()];
          const cleared = greatest(steps, 'clear', owner);
          expect({ owner, unread: chat?.unread ?? 0, hidden: chat?.hidden ?? true }).toEqual({
            owner,
            unread: expectedUnread(senders.send, steps, owner, ''),
            hidden: !sent.some((id) => id > cleared),
          });
          expect(await world.groupUnread(group, users[owner] as number)).toBe(
            expectedUnread(senders.sendGroup, steps, owner, 'Group'),
          );
        }
        expect(await world.groupUnread(group, users[2])).toBe(
          [...senders.sendGroup].filter(([id, sender]) => id > 1 && sender !== NOBODY).length,
        );
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('clearing a chat', () => {
  it('clearing a chat hides messages that were accepted before, even if they are recorded afterwards', async () => {
    const pairs = await Promise.all(Array.from({ length: 10 }, () => world.users(2)));
    const ids = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(
      pairs.map(async ([a, b]) => {
        const group = await world.group([a, b]);
        const writing = (async () => {
          for (const id of ids) await world.write(message(id, a, b, `m${id}`), groupMessage(id, a, group, `g${id}`));
        })();
        const clearing = (async () => {
          for (const id of [5, 20, 35]) {
            await world.db.transaction().execute((tx) => clearChat(tx, b, a, id));
            await world.db.transaction().execute((tx) => clearChat(tx, b, group, id));
          }
        })();
        const reading = (async () => {
          for (const id of [2, 10, 15]) await world.write(mark(b, a, { read: id }));
        })();
        await Promise.all([writing, clearing, reading]);
        expect(await world.chat(b, a)).toMatchObject({ unread: 5, cleared_id: 35, hidden: false, last_id: 40 });
        expect(await world.chat(a, b)).toMatchObject({ cleared_id: 0, peer_read_id: 15, last_id: 40 });
        expect(await world.groupUnread(group, b)).toBe(5);
      }),
    );
  }, 60_000);

  it('clearing a chat hides the chat until the next message', async () => {
    const [a, b] = await world.users(2);
    await world.write(message(1, a, b), message(2, a, b));
    await world.db.transaction().execute((tx) => clearChat(tx, b, a, 5));
    const gone = { unread: 0, hidden: true, last_sender: null, last_body: null };
    expect(await world.chat(b, a)).toMatchObject(gone);
    await world.write(message(4, a, b), message(5, a, b));
    expect(await world.chat(b, a)).toMatchObject({ ...gone, last_id: 5 });
    await world.write(message(6, a, b, 'new'));
    expect(await world.chat(b, a)).toMatchObject({
      unread: 1,
      hidden: false,
      last_body: { type: 'text', text: 'new' },
    });
    expect(await world.chat(a, b)).toMatchObject({ cleared_id: 0, hidden: false });
  });
});

/** The sender of a notice, which no member counts as unread. */
const NOBODY = -1;

type Senders = Record<'send' | 'sendGroup', Map<number, number>>;

function toEntry(step: Step, users: number[], group: number, senders: Senders): object[] {
  const me = users[step.by] as number;
  const peer = users[1 - step.by] as number;
  if (step.do === 'read') return [mark(me, peer, { read: step.id })];
  if (step.do === 'readGroup') return [mark(me, group, { read: step.id }, true)];
  if (step.do === 'clear' || step.do === 'clearGroup') return [];
  const sent = step.do === 'send' ? senders.send : senders.sendGroup;
  const by = sent.get(step.id) ?? (step.do === 'notice' ? NOBODY : step.by);
  sent.set(step.id, by);
  if (by === NOBODY) return [notice(step.id, group)];
  const [from, to] = [users[by] as number, users[1 - by] as number];
  return [step.do === 'send' ? message(step.id, from, to) : groupMessage(step.id, from, group)];
}

async function clear(step: Step, users: number[], group: number): Promise<void> {
  const me = users[step.by] as number;
  const peer = step.do === 'clearGroup' ? group : (users[1 - step.by] as number);
  if (step.do !== 'clear' && step.do !== 'clearGroup') return;
  await world.db.transaction().execute((tx) => clearChat(tx, me, peer, step.id));
}

function expectedUnread(sent: ReadonlyMap<number, number>, steps: Step[], owner: number, kind: '' | 'Group'): number {
  // Members of the group joined at id 1.
  const joined = kind === 'Group' ? 1 : 0;
  const floor = Math.max(joined, greatest(steps, `read${kind}`, owner), greatest(steps, `clear${kind}`, owner));
  return [...sent].filter(([id, sender]) => sender !== owner && sender !== NOBODY && id > floor).length;
}

function greatest(steps: Step[], what: Step['do'], by: number): number {
  return Math.max(0, ...steps.filter((step) => step.do === what && step.by === by).map((step) => step.id));
}
