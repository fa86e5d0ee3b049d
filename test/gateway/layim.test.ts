import { append, writeProfile } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Kit } from './kit.ts';
import { knock } from './knock.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { maxUnsent: 32 * 1024 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/**
 * A page with LayIM. Its socket works as LayIM's documentation describes: `getMessage` receives
 * each message unchanged.
 */
class Page {
  readonly shown: Shown[] = [];
  closed: number | undefined;
  readonly #socket: WebSocket;
  readonly #open: Promise<unknown>;

  constructor(user: number, { gateway = 0, query = `token=${kit.token(user)}` } = {}) {
    this.#socket = new WebSocket(`${kit.gateway(gateway).url}/layim/socket?${query}`);
    this.#open = new Promise((resolve) => this.#socket.on('open', resolve));
    this.#socket.on('message', (data) => this.shown.push(JSON.parse(data.toString())));
    this.#socket.on('close', (code) => {
      this.closed = code;
    });
    this.#socket.on('error', () => {});
  }

  static async open(user: number, options = {}): Promise<Page> {
    const page = new Page(user, options);
    await page.#open;
    return page;
  }

  /**
   * Sends the argument that `layim.on('sendMessage', res)` gets, wrapped as pages do it. Ids are
   * texts, because the page reads them from its HTML.
   */
  write(to: number, content: string, { type = 'friend', wrap = (res: object): object => res } = {}): void {
    const mine = { username: 'me', avatar: 'a.jpg', id: '1', mine: true, content };
    const other = { username: 'x', id: String(to), avatar: 'b.jpg', sign: '', name: 'x', type };
    this.#socket.send(JSON.stringify(wrap({ mine, to: other })));
  }

  raw(text: string): void {
    this.#socket.send(text);
  }

  get contents(): string[] {
    return this.shown.map(({ content }) => content);
  }

  async until(count: number): Promise<Shown[]> {
    await waitFor(() => this.shown.length >= count);
    return this.shown;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await waitFor(() => this.closed !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
    await waitFor(() => this.closed !== undefined);
  }
}

const arrive = (user: number, from: number, texts: string[]) =>
  append(
    kit.link,
    texts.map((text, i) => {
      const conversation = `${Math.min(user, from)}_${Math.max(user, from)}`;
      const body = { type: 'text', text };
      return {
        user,
        event: JSON.stringify({ kind: 'message', id: i + 1, conversation, from, to: user, date: 1, body }),
      };
    }),
  );

describe('LayIM pages', () => {
  it.each<[string, (res: object) => object]>([
    ['as it is', (res) => res],
    ['as sendMessage', (data) => ({ type: 'sendMessage', data })],
    ['as chatMessage', (data) => ({ type: 'chatMessage', data })],
  ])('a LayIM page sends messages, in the form %s, to any device of a friend', async (_title, wrap) => {
    const [a, b] = await kit.friends();
    await using ann = await Page.open(a);
    await using ben = await kit.connect(b, 1);
    ann.write(b, '你好 face[微笑] img[https://example.com/a.png]', { wrap });
    await ben.untilEvents(1);
    const body = { type: 'text', text: '你好 face[微笑] img[https://example.com/a.png]' };
    expect(ben.events[0]?.event).toMatchObject({ kind: 'message', from: a, to: b, body });
  });

  it("a LayIM page receives a message with the sender's name, in the format of LayIM's getMessage", async () => {
    const [a, b] = await kit.friends();
    await writeProfile(kit.link, a, { name: 'Ann', avatar: 'https://example.com/ann.png' });
    await using ben = await Page.open(b, { gateway: 1 });
    await using ann = await kit.connect(a, 0);
    const { id, date } = await ann.text(b, 'r', 'file(https://example.com/x.zip)[x.zip]');
    expect(await ben.until(1)).toEqual([
      {
        username: 'Ann',
        avatar: 'https://example.com/ann.png',
        id: a,
        type: 'friend',
        content: 'file(https://example.com/x.zip)[x.zip]',
        timestamp: date,
        mine: false,
        fromid: a,
        cid: id,
      },
    ]);
  });

  it('a LayIM page shows a group message in the window of the group', async () => {
    const [a, b] = await kit.friends();
    const group = await kit.group([a, b]);
    await using ann = await Page.open(a);
    await using ben = await Page.open(b, { gateway: 1 });
    ann.write(group, 'all', { type: 'group' });
    // Ann has no profile in Redis, so her id is shown as her name.
    const message = { username: String(a), avatar: '', id: group, type: 'group', content: 'all', fromid: a };
    expect(await ben.until(1)).toMatchObject([{ ...message, mine: false }]);
  });

  it('a LayIM page shows the messages that the user sent from other devices, and shows each message sent from the page only once', async () => {
    const [a, b] = await kit.friends();
    await using page = await Page.open(a);
    await using other = await Page.open(a, { gateway: 1 });
    page.write(b, 'from the page');
    await other.until(1);
    await using phone = await kit.connect(a, 1, { cursor: 'latest' });
    await phone.text(b, 'from the phone');
    expect((await page.until(1)).map(({ id, mine, fromid, content }) => ({ id, mine, fromid, content }))).toEqual([
      { id: b, mine: true, fromid: a, content: 'from the phone' },
    ]);
    await other.until(2);
    expect(other.contents).toEqual(['from the page', 'from the phone']);
  });

  it('a LayIM page shows a streamed message once, when its text is complete', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const page = await Page.open(b, { gateway: 1 });
    const { id } = (await alice.ask({ type: 'stream', op: 'start', ref: 's', to: b, text: 'so ' })) as { id: number };
    alice.send({ type: 'stream', op: 'append', chat: b, id, index: 1, text: 'it is' });
    await alice.ask({ type: 'stream', op: 'end', ref: 'e', chat: b, id });
    await alice.text(b, 'next');
    await page.until(2);
    expect(page.contents).toEqual(['so it is', 'next']);
  });

  it("a LayIM page shows a user's new name after the user has changed it", async () => {
    const [a, b] = await kit.friends();
    await writeProfile(kit.link, a, { name: 'before', avatar: null });
    await using ben = await Page.open(b);
    await using ann = await kit.connect(a);
    await ann.text(b, 'one');
    await ben.until(1);
    await writeProfile(kit.link, a, { name: 'after', avatar: null });
    await append(kit.link, [{ user: b, event: `{"kind":"profile","user":${a}}` }]);
    await ann.text(b, 'two');
    expect((await ben.until(2)).map(({ username }) => username)).toEqual(['before', 'after']);
  });

  it('a LayIM page gets each message that it missed while it was closed once, from any gateway', async () => {
    const [a, b] = await kit.friends();
    await using ann = await kit.connect(a);
    await ann.text(b, 'one');
    const first = await Page.open(b);
    await first.until(1);
    const acknowledged = () => kit.link.client.hget(kit.link.keys.cursors(b), 'layim');
    await waitFor(async () => (await acknowledged()) === (await kit.inbox(b)).at(-1)?.cursor);
    await first[Symbol.asyncDispose]();
    await ann.texts(b, ['two', 'three']);
    await using second = await Page.open(b, { gateway: 1 });
    await second.until(2);
    await ann.text(b, 'four');
    await second.until(3);
    expect(second.contents).toEqual(['two', 'three', 'four']);
  });

  it('a LayIM page that reconnects repeatedly during a flood of messages misses none of them', async () => {
    const [a, b] = await kit.friends();
    await using ann = await kit.connect(a);
    const texts = Array.from({ length: 300 }, (_, i) => `m${i}`);
    const sending = ann.texts(b, texts);
    const seen = new Set<string>();
    for (let round = 0; seen.size < texts.length && round < 50; round += 1) {
      await using page = await Page.open(b, { gateway: round % 2 });
      await waitFor(() => page.shown.length > 0, { timeout: 2000 }).catch(() => {});
      // The close handshake ensures that the page has read all bytes that the network accepted.
      await page.close();
      for (const content of page.contents) seen.add(content);
    }
    await sending;
    expect([...seen]).toEqual(texts);
  });

  it('a LayIM page that reads slowly gets all messages in order', async () => {
    const [a, b] = await kit.friends();
    const texts = Array.from({ length: 250 }, (_, i) => `${i} ${'长'.repeat(7990)}`);
    await using page = await Page.open(b);
    page.pause();
    for (let i = 0; i < texts.length; i += 25) await arrive(b, a, texts.slice(i, i + 25));
    page.resume();
    await page.until(texts.length);
    expect(page.contents).toEqual(texts);
  });

  it('if the gateway refuses a message of a LayIM page, the chat window shows the reason', async () => {
    const [a, b] = await kit.friends();
    const stranger = kit.newId();
    await kit.permit(stranger, []);
    await using page = await Page.open(a);
    page.write(stranger, 'hi');
    page.write(b, '');
    page.write(b, 'x'.repeat(8001));
    const shown = (await page.until(3)) as object[];
    expect(shown).toHaveLength(3);
    expect(shown).toContainEqual({
      system: true,
      id: stranger,
      type: 'friend',
      content: "You can't message this person because they only accept messages from friends.",
    });
    expect(shown).toContainEqual({ system: true, id: b, type: 'friend', content: expect.stringMatching(/Too long/) });
    expect(await kit.inbox(b)).toEqual([]);
  });

  it('the LayIM socket ignores JSON that is not a message, and closes after input that is not JSON', async () => {
    const [a, b] = await kit.friends();
    await using page = await Page.open(a);
    for (const odd of ['{}', '[]', 'null', '7', '{"type":"ping"}', '{"type":"chatMessage"}', '{"mine":1,"to":null}'])
      page.raw(odd);
    page.write(b, 'still here');
    await waitFor(async () => (await kit.inbox(b)).length === 1);
    page.raw('ping');
    await waitFor(() => page.closed === 4002);
  });
});

describe('access of LayIM pages', () => {
  it('the LayIM socket rejects a page without a valid token and a page of a forbidden origin', async () => {
    const { http } = kit.gateway();
    const path = `/layim/socket?token=${kit.token(kit.newId())}`;
    expect((await knock(http, '/layim/socket')).status).toBe(401);
    expect((await knock(http, '/layim/socket?token=garbage')).status).toBe(401);
    expect((await knock(http, path, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await knock(http, path)).status).toBe(101);
    // The protocol's own socket does not accept a token in the URL.
    expect((await knock(http, path.replace('/layim/', '/v1/'))).status).toBe(401);
  });
});

interface Shown {
  username: string;
  id: number;
  content: string;
  mine: boolean;
  fromid: number;
}
