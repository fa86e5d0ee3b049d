import { gzipSync } from 'node:zlib';
import { firstMessageId } from '@parley/protocol';
import { Client } from 'pg';
import type { Page } from 'playwright-core';
import { fillChat } from '../../web/fill-chat.ts';
import { type Person, WebKit } from '../../web/kit.ts';
import { quantile } from '../measure/quantile.ts';
import { table } from '../report/table.ts';
import { scrollToTop, scrollUp, switchChats } from './web-page.ts';

const CHATS = 500;
const MESSAGES = 100_000;
const OPENINGS = 7;

/**
 * Measures the web client in a real Chromium, with the whole system on this machine: the size and
 * the first paint of the chat page, switching between 500 chats, and scrolling through 100,000
 * messages.
 */
export async function web(report: (line: string) => void): Promise<WebResult> {
  await using kit = await WebKit.start({ env: { REQUESTS_PER_MINUTE: '100000', REQUESTS_PER_ADDRESS: '100000' } });
  const db = new Client(kit.stack.databaseUrl);
  await db.connect();
  report(`Filling ${CHATS} chats and one of ${MESSAGES} messages`);
  const [me, friend] = await kit.friends('Ann', 'Bob');
  await fillChat(db, me, friend, MESSAGES);
  const peers = await fillChats(db, me, CHATS - 1);
  await db.query('vacuum analyze messages, chats');
  await db.end();

  report('Opening the chat page');
  const openings: Opening[] = [];
  for (let count = 0; count < OPENINGS; count++) openings.push(await open(kit, me, friend.id));
  const page = await kit.open(me, { path: `/chats/${friend.id}` });
  await page.locator('.bubble').first().waitFor();
  await page
    .locator('.item')
    .nth(CHATS - 1)
    .waitFor({ state: 'attached' });

  report('Switching chats');
  const first = await page.evaluate(switchChats, peers.slice(0, 60));
  const again = await page.evaluate(switchChats, peers.slice(0, 60));
  await page.goto(`/chats/${friend.id}`);
  await page.locator('.bubble').first().waitFor();

  report('Scrolling');
  const scrolling = await page.evaluate(scrollUp, 10_000);
  const top = await page.evaluate(scrollToTop, 'line 1. ');
  const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
  const spread = (values: number[]) => ({ p50: quantile(sorted(values), 0.5), p95: quantile(sorted(values), 0.95) });
  return {
    scriptBytes: openings[0]?.scriptBytes ?? 0,
    firstPaint: quantile(sorted(openings.map(({ firstPaint }) => firstPaint)), 0.5),
    firstMessages: quantile(sorted(openings.map(({ firstMessages }) => firstMessages)), 0.5),
    switchingFirst: spread(first),
    switching: spread(again),
    scrolling: { ...scrolling, frame: spread(scrolling.frames), frames: scrolling.frames.length },
    top,
  };
}

/** Opens the chat page in a new browser with an empty cache. */
async function open(kit: WebKit, me: Person, chat: number): Promise<Opening> {
  const context = await kit.context();
  await kit.signIn(context, me);
  const page = await context.newPage();
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.push(response.body());
  });
  await page.goto(`/chats/${chat}`);
  await page.locator('.bubble').first().waitFor();
  const firstMessages = await page.evaluate(() => performance.now());
  await page.waitForLoadState('networkidle');
  const firstPaint = await paintOf(page);
  const bodies = await Promise.all(scripts);
  await context.close();
  return { firstPaint, firstMessages, scriptBytes: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) };
}

function paintOf(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
}

/** Creates chats with 30 messages each, with users who are created only for this. */
async function fillChats(db: Client, me: Person, count: number): Promise<number[]> {
  const { rows } = await db.query(
    `with made as (insert into users (username, name) select 'peer-' || n, 'Peer ' || n from generate_series(1, $1::int) n returning id)
     select id from made order by id`,
    [count],
  );
  const peers = rows.map(({ id }) => Number(id));
  const first = firstMessageId(Date.now() - 86_400_000);
  await db.query(
    `insert into messages (owner_id, peer_id, id, sender_id, body)
     select $1::bigint, peer, $2::bigint + (peer % 1000) * 4096 + n * 4096000, case when n % 2 = 0 then $1::bigint else peer end,
            jsonb_build_object('type', 'text', 'text', 'text ' || n || repeat(' lorem ipsum dolor', n % 9))
     from unnest($3::bigint[]) peer, generate_series(1, 30) n`,
    [me.id, first, peers],
  );
  await db.query(
    `insert into chats (owner_id, peer_id, last_id, last_sender, read_id)
     select owner_id, peer_id, max(id), $1, max(id) from messages where owner_id = $1 and peer_id = any($2) group by 1, 2`,
    [me.id, peers],
  );
  return peers;
}

/** Formats one figure per line. */
export function showWeb(result: WebResult): string {
  const ms = (value: number) => value.toFixed(0);
  const { switching, switchingFirst, scrolling, top } = result;
  return table([
    ['web client', ''],
    ['JavaScript of the chat page, KiB gzipped', (result.scriptBytes / 1024).toFixed(1)],
    ['first contentful paint, ms', ms(result.firstPaint)],
    ['first messages on the page, ms', ms(result.firstMessages)],
    ['switching to a chat for the first time, p50 / p95 ms', `${ms(switchingFirst.p50)} / ${ms(switchingFirst.p95)}`],
    ['switching to it again, p50 / p95 ms', `${ms(switching.p50)} / ${ms(switching.p95)}`],
    ['scrolling up, frame p50 / p95 ms', `${scrolling.frame.p50.toFixed(1)} / ${scrolling.frame.p95.toFixed(1)}`],
    ['frames dropped of', `${scrolling.dropped} / ${scrolling.frames}`],
    ['tasks over 50 ms while scrolling', String(scrolling.longTasks)],
    [`from the newest to the first of ${MESSAGES} messages, s`, (top.took / 1000).toFixed(1)],
    ['memory then, MiB', (top.heap / 1024 ** 2).toFixed(0)],
  ]);
}

interface Opening {
  firstPaint: number;
  firstMessages: number;
  scriptBytes: number;
}

export interface WebResult {
  /** Bytes of all scripts that the chat page loads, each compressed with gzip. */
  scriptBytes: number;
  /** Ms since the navigation. Each figure is the median of several browsers with an empty cache. */
  firstPaint: number;
  firstMessages: number;
  /** Ms from the click until the frame that shows the chat is painted. */
  switchingFirst: { p50: number; p95: number };
  switching: { p50: number; p95: number };
  scrolling: { frame: { p50: number; p95: number }; frames: number; dropped: number; longTasks: number };
  /** Figures for scrolling up as fast as messages load. */
  top: { took: number; heap: number };
}
