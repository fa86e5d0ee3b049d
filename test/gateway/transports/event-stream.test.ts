import { append } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kit } from '../kit.ts';
import { StreamLine } from './stream-line.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { heartbeat: 1000, stallTime: 3000, maxUnsent: 64 * 1024 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const open = async (user: number, gateway = 0, query: Record<string, string> = {}, headers = {}) => {
  const line = new StreamLine({ http: kit.gateway(gateway).http, token: kit.token(user), query, headers });
  await line.untilOpened();
  return line;
};

const arrive = (user: number, texts: string[]) =>
  append(
    kit.link,
    texts.map((text) => ({ user, event: JSON.stringify({ kind: 'message', body: { type: 'text', text } }) })),
  );

const connectionOf = (user: number) =>
  [...kit.gateway().gateway.connections].find((connection) => connection.user.id === user);

it('an event stream resumes from Last-Event-ID, which has precedence over the cursor in the query', async () => {
  const b = kit.newId();
  await arrive(b, ['m1']);
  const first = await open(b, 0, { cursor: 'latest' });
  // No event has been sent yet, so this is the cursor of the welcome.
  expect(first.lastEventId).toBe(first.opened?.cursor);
  first.hangUp();
  await arrive(b, ['m2', 'm3']);
  const second = await open(b, 1, { cursor: 'latest' }, { 'last-event-id': first.lastEventId });
  expect(second.opened).toEqual({ cursor: first.lastEventId, recovered: true });
  await second.untilHeard(2);
  expect(second.lastEventId).toBe(second.cursor);
  second.hangUp();
  await arrive(b, ['m4']);
  await using third = await open(b, 0, { cursor: 'latest' }, { 'last-event-id': second.lastEventId });
  await third.untilHeard(1);
  expect([...second.heard, ...third.heard]).toEqual(['m2', 'm3', 'm4']);
});

it('an idle event stream stays open, because the gateway sends comments', async () => {
  const b = kit.newId();
  await using line = await open(b);
  await line.until(() => line.comments >= 3, 'three comments');
  expect(line.frames).toEqual([]);
  await arrive(b, ['still here']);
  await line.untilHeard(1);
  expect(line.ended).toBeUndefined();
});

it('GET /v1/events returns an event stream with headers that prevent caching', async () => {
  const { http } = kit.gateway();
  const abort = new AbortController();
  const { headers } = await fetch(`${http}/v1/events`, {
    headers: { authorization: `Bearer ${kit.token(kit.newId())}`, origin: http },
    signal: abort.signal,
  });
  abort.abort();
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'access-control-allow-origin': http,
    vary: 'origin',
  });
});

it('the gateway closes an event stream whose client does not read, and the user goes offline', async () => {
  const b = kit.newId();
  await using line = await open(b);
  line.pause();
  await waitFor(async () => {
    await arrive(
      b,
      Array.from({ length: 20 }, () => '长'.repeat(7990)),
    );
    return connectionOf(b) === undefined;
  });
  expect(await kit.link.client.exists(kit.link.keys.online(b))).toBe(0);
});

it('an event stream whose client reads slowly stays open and loses no event', async () => {
  const b = kit.newId();
  const texts = Array.from({ length: 400 }, (_, i) => `${i} ${'长'.repeat(7990)}`);
  await using line = await open(b);
  line.pause();
  for (let i = 0; i < texts.length; i += 20) await arrive(b, texts.slice(i, i + 20));
  await waitFor(() => connectionOf(b)?.stalled);
  // Reads a little every 100 ms, for several times as long as a connection without progress may
  // stay open.
  const reading = setInterval(() => {
    line.resume();
    setTimeout(() => line.pause(), 1);
  }, 100);
  await waitFor(() => connectionOf(b) === undefined || line.heard.length === texts.length, { timeout: 30_000 }).catch(
    () => {},
  );
  clearInterval(reading);
  line.resume();
  await line.untilHeard(texts.length);
  expect(line.heard).toEqual(texts);
  expect(line.ended).toBeUndefined();
});
