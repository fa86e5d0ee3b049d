import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { fillChat } from './fill-chat.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
let db: pg.Client;
beforeAll(async () => {
  kit = await WebKit.start();
  db = new pg.Client(kit.stack.databaseUrl);
  await db.connect();
});
afterAll(async () => {
  await db?.end();
  await kit?.[Symbol.asyncDispose]();
});

/** Creates two friends with a long history of `line 1` to `line <count>`. */
async function longChat(count: number) {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  await fillChat(db, ann, bob, count);
  const page = await kit.open(ann, { path: `/chats/${bob.id}` });
  const a = chatPage(page);
  await a.seen(`line ${count}.`);
  await a.still();
  return { ann, bob, a, page };
}

describe('long chats', () => {
  it('a long chat opens at its end and can be scrolled to its first message without gaps', async () => {
    const count = 3000;
    const { a, page } = await longChat(count);
    expect(await a.distance()).toBe(0);
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          for (const text of await a.texts()) seen.add(Number(/^line (\d+)\./.exec(text)?.[1]));
          await a.list.evaluate((element) => element.scrollBy(0, -900));
          await page.evaluate(() => new Promise(requestAnimationFrame));
          return seen.has(1);
        },
        { timeout: 60_000, interval: 10 },
      )
      .toBe(true);
    expect(seen.size).toBe(count);
    // Few rows are rendered, even if there are many messages.
    expect(await a.list.getByRole('listitem').count()).toBeLessThan(120);
    await page.getByRole('button', { name: 'Go to the newest messages' }).click();
    await a.seen(`line ${count}.`);
    await expect.poll(() => a.distance()).toBe(0);
  }, 90_000);

  it('a long chat keeps its scroll position when older messages load and new messages arrive', async () => {
    const { ann, bob, a } = await longChat(400);
    await a.scrollBy(-900);
    await a.still();
    const text = (await a.texts())[20] as string;
    await a.bubble(text).scrollIntoViewIfNeeded();
    await a.still();
    const before = await a.top(text);
    for (let count = 0; count < 4; count++) await kit.say(bob, ann, `new ${count}`);
    await a.page.getByRole('button', { name: '4 new messages' }).waitFor();
    await a.still();
    expect(Math.abs((await a.top(text)) - before)).toBeLessThanOrEqual(1);
    await a.page.getByRole('button', { name: '4 new messages' }).click();
    await a.seen('new 3');
    await expect.poll(() => a.distance()).toBe(0);
    expect(await a.page.getByRole('button', { name: /new message/ }).count()).toBe(0);
  });

  it('a chat that is scrolled to its end follows new messages', async () => {
    const { ann, bob, a } = await longChat(200);
    for (let count = 0; count < 30; count++) await kit.say(bob, ann, `follow ${count}`);
    await a.seen('follow 29');
    await a.still();
    expect(await a.distance()).toBe(0);
  });

  it('the search finds an old message in a long chat, and a click on the hit shows the message', async () => {
    const { ann, bob, a, page } = await longChat(5000);
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('needle 137');
    const hit = page.getByRole('region', { name: 'Search in this chat' }).getByRole('button', { name: /needle 137/ });
    await hit.first().click({ timeout: 30_000 });
    await a.seen('line 137.');
    await a.still();
    const box = await a.bubble('line 137.').boundingBox();
    expect(box?.y).toBeGreaterThan(100);
    expect(box?.y).toBeLessThan(700);
    // Screen readers also get a new message that is not visible.
    await kit.say(bob, ann, 'from the end');
    await expect.poll(() => page.getByRole('log').locator('p').allTextContents()).toEqual(['Bob: from the end']);
    // From there, the list can be scrolled in both directions.
    await a.scrollTo('line 20.', -1000);
    await a.scrollTo('line 400.', 1000);
    // A message that is sent from there is shown at the end.
    await a.say('back again');
    await a.seen('back again');
    await a.seen('line 5000.');
  }, 60_000);
});
