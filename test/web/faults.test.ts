import pg from 'pg';
import { expect, it } from 'vitest';
import { type ChatPage, chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

/** Messages that each user sends. */
const EACH = 40;

it('after network cuts, gateway crashes and a Redis restart, two pages show the same messages as PostgreSQL', async () => {
  await using kit = await WebKit.start({ gateways: 2 });
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  const db = new pg.Client(kit.stack.databaseUrl);
  await using _ended = { [Symbol.asyncDispose]: () => db.end() };
  await db.connect();
  const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
  const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));

  let written = 0;
  const write = async (page: ChatPage, name: string) => {
    for (let count = 0; count < EACH; count++) {
      await page.say(`${name} ${count}`);
      written += 1;
      await page.page.waitForTimeout(50);
    }
  };
  const upTo = (count: number) => expect.poll(() => written, { timeout: 60_000, interval: 10 }).toBeGreaterThan(count);
  const faults = async () => {
    const { gateways } = kit.stack.processes;
    await upTo(10);
    await a.page.context().setOffline(true);
    await upTo(20);
    await a.page.context().setOffline(false);
    await upTo(30);
    await gateways[0]?.kill();
    await upTo(45);
    await kit.stack.databases.redis[0]?.restart();
    await gateways[0]?.restart();
    await upTo(55);
    await gateways[1]?.kill();
    await b.page.context().setOffline(true);
    await upTo(65);
    await b.page.context().setOffline(false);
    await gateways[1]?.restart();
  };
  await Promise.all([write(a, 'Ann'), write(b, 'Bob'), faults()]);

  const rows = async (owner: number, peer: number) => {
    const query = `select id, sender_id, body ->> 'text' as text from messages where owner_id = $1 and peer_id = $2 order by id`;
    const { rows: found } = await db.query(query, [owner, peer]);
    return found.map(({ text }) => text as string);
  };
  await expect
    .poll(async () => Math.min((await rows(ann.id, bob.id)).length, (await rows(bob.id, ann.id)).length), {
      timeout: 60_000,
    })
    .toBe(EACH * 2);
  const recorded = await rows(ann.id, bob.id);
  expect(await rows(bob.id, ann.id)).toEqual(recorded);
  for (const name of ['Ann', 'Bob']) {
    const own = recorded.filter((text) => text.startsWith(name));
    expect(own).toEqual(Array.from({ length: EACH }, (_, count) => `${name} ${count}`));
  }
  for (const page of [a, b]) {
    await expect.poll(() => page.list.getByRole('img', { name: 'Sending' }).count(), { timeout: 60_000 }).toBe(0);
    await expect.poll(() => all(page), { timeout: 60_000 }).toEqual(recorded);
  }
}, 240_000);

/** Returns all messages of a chat from the first to the last, as the page renders them. */
async function all(page: ChatPage): Promise<string[]> {
  await page.list.evaluate((element) => element.scrollTo(0, -element.scrollHeight));
  await page.still();
  const shown: string[] = [];
  for (;;) {
    const texts = await page.texts();
    const from = texts.findIndex((text) => !shown.includes(text));
    if (from > 0 || shown.length === 0) shown.push(...texts.slice(Math.max(0, from)));
    else if (from === 0) throw new Error('rows were skipped');
    const before = await page.list.evaluate((element) => element.scrollTop);
    await page.list.evaluate((element) => element.scrollBy(0, 500));
    await page.still();
    if ((await page.list.evaluate((element) => element.scrollTop)) === before) return shown;
  }
}
