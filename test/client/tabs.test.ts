import { memoryStore, type Parley } from '@parley/client';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Browser } from './browser.ts';
import { Network } from './network.ts';
import { listen, People, textOf, texts, untilShown } from './people.ts';

let kit: Kit;
let network: Network;
beforeAll(async () => {
  kit = await Kit.start(1);
  network = await Network.open(() => Number(new URL(kit.gateway().http).port));
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  await kit?.[Symbol.asyncDispose]();
});

/** Opens several tabs of a user. */
async function open(people: People, user: number, count: number) {
  const browser = new Browser();
  const store = memoryStore();
  const tabs = [];
  for (let i = 0; i < count; i += 1) {
    const parts = browser.tab();
    const client = await people.start(user, { tabs: parts, store, gateways: [network.url] });
    tabs.push({ client, parts });
  }
  for (const { client } of tabs) await client.online();
  return tabs;
}

const sockets = () => network.requests.filter((line) => line.includes('/v1/socket')).length;

describe('tabs of one browser', () => {
  it('the tabs of one browser share one connection and show the same messages', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const bob = await people.online(b);
    const before = sockets();
    const tabs = await open(people, a, 3);
    const heard = tabs.map(({ client }) => listen(client));
    const [first, second] = tabs.map(({ client }) => client) as [Parley, Parley];
    await expect(second.send(b, 'from the second')).resolves.toMatchObject({ id: expect.any(Number) });
    await first.send(b, 'from the first');
    await bob.send(a, 'hello, tabs');
    const expected = ['from the second', 'from the first', 'hello, tabs'];
    for (const { client } of tabs) await untilShown(client, b, expected);
    for (const each of heard) expect(each.map(textOf)).toEqual(expected);
    expect(sockets() - before).toBe(1);
  });

  it('a tab shows its own message at once, even if another tab has the connection', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const [, second] = await open(people, a, 2);
    second?.client.send(b, 'hello');
    expect(second?.client.messages(b)).toMatchObject([{ state: 'sending' }]);
  });

  it.each(['closes', 'crashes'])('the other tabs continue when the tab with the connection %s', async (how) => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const bob = await people.online(b);
    const [leader, ...others] = await open(people, a, 3);
    const heard = others.map(({ client }) => listen(client));
    await bob.send(a, 'one');
    await others[0]?.client.send(b, 'two');
    network.dead = true;
    network.cut();
    const waiting = others[1]?.client.send(b, 'three');
    if (how === 'closes') await leader?.client.close();
    else leader?.parts.crash();
    network.dead = false;
    await expect(waiting).resolves.toMatchObject({ id: expect.any(Number) });
    await bob.send(a, 'four');
    for (const { client } of others) await untilShown(client, b, ['one', 'two', 'three', 'four']);
    expect(texts(bob, a)).toEqual(['one', 'two', 'three', 'four']);
    for (const each of heard) expect(each.map(textOf)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('a new tab knows the connection status as soon as it opens', async () => {
    const [a] = await kit.friends();
    await using people = new People(kit);
    const browser = new Browser();
    const first = await people.online(a, { tabs: browser.tab() });
    const second = await people.start(a, { tabs: browser.tab() });
    expect(second.status).toEqual(first.status);
    await second.online();
  });

  it('a refused message rejects the promise of `send` in the tab that sent the message', async () => {
    const [a, stranger] = [kit.newId(), kit.newId()];
    await kit.permit(a, []);
    await kit.permit(stranger, []);
    await using people = new People(kit);
    const [, second] = await open(people, a, 2);
    await expect(second?.client.send(stranger, 'hello')).rejects.toMatchObject({ code: 'not-friends' });
    expect(second?.client.messages(stranger)).toMatchObject([{ state: 'failed', error: { code: 'not-friends' } }]);
  });

  it('a tab without the connection can edit, react to and recall messages', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const [first, second] = (await open(people, a, 2)).map(({ client }) => client) as [Parley, Parley];
    const { id } = await second.send(b, 'wrong');
    await second.edit(b, id, { type: 'text', text: 'right' });
    for (const client of [first, second]) await untilShown(client, b, ['right']);
    await second.react(b, id, '👍');
    await waitFor(() => first.messages(b)[0]?.reactions?.[0]?.users.includes(a));
    await second.recall(b, id);
    for (const client of [first, second]) await waitFor(() => client.messages(b)[0]?.body === null);
  });

  it('the tab with the connection watches the users of all tabs together', async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    await using people = new People(kit);
    const [first, second] = await open(people, a, 2);
    const seen = new Map<number, boolean>();
    first?.client.on('presence', ({ user, online }) => seen.set(user, online));
    first?.client.watch([b]);
    second?.client.watch([c]);
    await waitFor(() => seen.size === 2);
    await people.online(b);
    await people.online(c);
    await waitFor(() => seen.get(b) && seen.get(c));
  });
});
