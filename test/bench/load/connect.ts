import type { Chat, ChatListener, ChatUser, OpenChat } from './chat.ts';
import { Group } from './group.ts';
import { Pair } from './pair.ts';
import { Tally } from './tally.ts';

/** Connects users in pairs: of each two consecutive users, the first one is the sender. */
export async function connectPairs(open: OpenChat, users: ChatUser[]): Promise<Pair[]> {
  const couples = Array.from({ length: users.length / 2 }, (_, index) => ({
    pair: new Pair(index, new Tally()),
    sender: users[2 * index] as ChatUser,
    recipient: users[2 * index + 1] as ChatUser,
  }));
  return inTurn(couples, async ({ pair, sender, recipient }) => {
    pair.join(await open(sender, pair.sender), await open(recipient, pair.recipient));
    return pair;
  });
}

/** Connects the members of a group. All members send and receive. */
export async function connectGroup(open: OpenChat, users: ChatUser[]): Promise<Group> {
  const group = new Group(users.length);
  await inTurn([...users.entries()], async ([index, user]) => {
    group.join(index, await open(user, group.listener(index)));
  });
  return group;
}

/** Connects users who only receive messages. Calls `onLoss` when a connection ends unexpectedly. */
export function connectIdle(open: OpenChat, users: ChatUser[], onLoss: (reason: string) => void): Promise<Chat[]> {
  const listener: ChatListener = { acked() {}, message() {}, refused() {}, closed: onLoss };
  return inTurn(users, (user) => open(user, listener));
}

/**
 * Opens only a few connections at a time, because more would overflow the accept queue of the
 * listening socket.
 */
async function inTurn<From, To>(items: From[], connect: (item: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(connect))));
  }
  return results;
}

const AT_ONCE = 50;
