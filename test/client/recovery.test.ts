import { memoryStore, type Parley } from '@parley/client';
import { revokeSession } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Network } from './network.ts';
import { listen, People, textOf, texts, untilShown } from './people.ts';

let kit: Kit;
let network: Network;
beforeAll(async () => {
  kit = await Kit.start(2);
  network = await Network.open(() => Number(new URL(kit.gateway(0).http).port));
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  await kit?.[Symbol.asyncDispose]();
});

/**
 * Sends a message whose acknowledgement is lost: drops replies until the peer has received the
 * message, then breaks the connection.
 */
async function loseAck(client: Parley, chat: number, text: string): Promise<void> {
  network.deaf = true;
  client.send(chat, text);
  await waitFor(async () => (await kit.inbox(chat)).some(({ event }) => event.body?.text === text));
  network.deaf = false;
  network.cut();
}

describe('recovery of clients', () => {
  it('a client that lost its connection receives missed messages once and in order', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    const bob = await people.online(b, { gateways: [network.url] });
    const heard = listen(bob);
    await alice.send(b, 'before');
    await waitFor(() => heard.length === 1);
    network.dead = true;
    network.cut();
    await waitFor(() => bob.status.state === 'waiting');
    const missed = Array.from({ length: 150 }, (_, i) => `missed ${i}`);
    await Promise.all(missed.map((text) => alice.send(b, text)));
    network.dead = false;
    await waitFor(() => heard.length === 151);
    expect(heard.map(textOf)).toEqual(['before', ...missed]);
  });

  it('a client resends unacknowledged messages after it lost its connection; the server accepts each one once', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, { gateways: [network.url] });
    const bob = await people.online(b);
    await loseAck(alice, b, 'ack lost');
    network.dead = true;
    network.cut();
    await waitFor(() => alice.status.state === 'waiting');
    alice.send(b, 'written offline');
    expect(alice.messages(b).map(({ state }) => state)).toContain('sending');
    network.dead = false;
    await untilShown(bob, a, ['ack lost', 'written offline']);
    await untilShown(alice, b, ['ack lost', 'written offline']);
    await waitFor(() => alice.messages(b).every(({ state }) => state === 'delivered'));
  });

  it("a client does not resend a message that it finds in its inbox, even after the server no longer remembers the message's ref", async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = memoryStore();
    const alice = await people.online(a, { gateways: [network.url], store });
    await waitFor(() => alice.status.state === 'online');
    network.deaf = true;
    alice.send(b, 'first');
    await waitFor(async () => (await kit.inbox(b)).length > 0);
    network.dead = true;
    network.deaf = false;
    network.cut();
    await alice.close();
    network.dead = false;
    const other = await people.online(a, { device: 'other' });
    const later = Array.from({ length: 70 }, (_, i) => `m${i}`);
    await Promise.all(later.map((text) => other.send(b, text)));

    const back = await people.start(a, { gateways: [network.url], store });
    expect(texts(back, b)).toEqual(['first']);
    expect(back.messages(b)).toMatchObject([{ state: 'sending' }]);
    await untilShown(back, b, ['first', ...later]);
    await untilShown(other, b, ['first', ...later]);
    expect((await kit.inbox(b)).filter(({ event }) => event.kind === 'message')).toHaveLength(71);
  });

  it('a client connects to another gateway when its gateway stops', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const leaving = await kit.addGateway();
    const gateways = [leaving.http];
    const alice = await people.online(a, { gateways });
    const heard = listen(await people.online(b));
    gateways[0] = kit.gateway(1).http;
    const sends = Array.from({ length: 50 }, (_, i) => alice.send(b, `m${i}`));
    await leaving.stop();
    await Promise.all(sends);
    await waitFor(() => heard.length >= sends.length);
    expect(heard.map(textOf)).toEqual(sends.map((_, i) => `m${i}`));
  });
});

describe('reloaded clients', () => {
  it('a reloaded client shows stored messages before it connects, and sends its outbox when it is online', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = memoryStore();
    const alice = await people.online(a, { gateways: [network.url], store });
    const bob = await people.online(b);
    await alice.send(b, 'one');
    await bob.send(a, 'two');
    await untilShown(alice, b, ['one', 'two']);
    network.dead = true;
    network.cut();
    alice.send(b, 'three');
    await alice.close();
    const again = await people.start(a, { gateways: [network.url], store });
    expect(texts(again, b)).toEqual(['one', 'two', 'three']);
    expect(again.chats()).toMatchObject([{ chat: b, unread: 1 }]);
    network.dead = false;
    await untilShown(bob, a, ['one', 'two', 'three']);
    await waitFor(() => again.messages(b).every(({ mine, state }) => state === (mine ? 'delivered' : 'received')));
  });

  it('a reloaded client sends the read marks that its user set while offline', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const store = memoryStore();
    const bob = await people.online(b, { gateways: [network.url], store });
    const alice = await people.online(a);
    await alice.send(b, 'hello');
    await untilShown(bob, a, ['hello']);
    network.dead = true;
    network.cut();
    bob.read(a);
    await bob.close();
    await people.start(b, { gateways: [network.url], store });
    network.dead = false;
    await waitFor(() => alice.messages(b)[0]?.state === 'read');
  });
});

describe('tokens and lost events', () => {
  it('a client whose missed events are no longer on the server emits reload, and then receives new events', async () => {
    await using other = await Kit.start(1);
    const [a, b] = await other.friends();
    await using people = new People(other);
    const alice = await people.online(a);
    const bob = await people.online(b);
    await alice.send(b, 'lost');
    await untilShown(bob, a, ['lost']);
    const reloads: unknown[] = [];
    bob.on('reload', () => reloads.push(true));
    const heard = listen(bob);
    await other.restartRedis({ empty: true });
    // The client of a Redis Cluster reconnects to each master separately.
    await waitFor(() => other.permit(a, [b]).then(() => true));
    await waitFor(() => other.permit(b, [a]).then(() => true));
    await waitFor(() => other.noRecordedRefs(a, b).then(() => true));
    await alice.send(b, 'after');
    await waitFor(() => heard.length === 1);
    expect(reloads).toHaveLength(1);
    expect(texts(bob, a)).toEqual(['after']);
  });

  it('a client does not reconnect after its session was revoked', async () => {
    const [a] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    await revokeSession(kit.link, a, `session-${a}`, Date.now() + 600_000);
    await waitFor(() => alice.status.state === 'ended');
    await expect(alice.online()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('a client replaces its token before the token expires, without opening a new connection', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const tokens: string[] = [];
    const token = () => {
      tokens.push(kit.token(a, { lifetime: 5 + tokens.length }));
      return tokens.at(-1) as string;
    };
    const alice = await people.online(a, { token });
    const states: string[] = [];
    alice.on('status', ({ state }) => states.push(state));
    await waitFor(() => tokens.length >= 5, { timeout: 18_000 });
    await alice.send(b, 'still here');
    expect(states).toEqual([]);
  });

  it('a client gets a new token when the gateway rejects its current one', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const refused: (string | undefined)[] = [];
    const token = (stale?: string) => {
      if (stale) refused.push(stale);
      return stale ? kit.token(a) : 'not a token';
    };
    const alice = await people.start(a, { token, user: a });
    await alice.send(b, 'hello');
    expect(refused).toEqual(['not a token']);
  });
});
