import { setTimeout as delay } from 'node:timers/promises';
import { type Stack, startStack, waitFor } from '@parley/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { peaksOf } from '../bench/measure/memory.ts';
import { memoryLimits } from '../bench/measure/memory-limits.ts';
import { Client } from '../gateway/client.ts';
import { Crew } from './hostile/crew.ts';
import { request } from './hostile/request.ts';

const PAIRS = 10;
const MESSAGES = 30;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ gateways: 2, env: { SEND_POLICY: 'anyone', LOG_LEVEL: 'warn' } });
});
afterAll(() => stack?.stop());

it.runIf(process.platform === 'linux')(
  'limits apply to eight hostile users, while 10 pairs exchange all of their messages',
  { timeout: 600_000 },
  async () => {
    const { api, gateways, recorders } = stack.processes;
    const urls = stack.gatewayUrls.map((url) => url.replace('http', 'ws'));
    const crew = await Crew.gather({ api: stack.apiUrl, gateways: urls });
    // One after the other, because the api hashes only a few passwords of an address at once.
    const pairs: Pair[] = [];
    while (pairs.length < PAIRS) pairs.push(await connectPair());
    const stop = new AbortController();
    const processes = [api, ...gateways, ...recorders].map(({ pid }) => pid);
    const { peaks } = await peaksOf(processes, async () => {
      const acting = crew.act(stop.signal);
      try {
        await waitFor(() => areLimited(crew), {
          timeout: 180_000,
          message: () => `not limited: ${JSON.stringify(crew.counts())}`,
        });
        await Promise.all(pairs.map(converse));
        await waitFor(() => areLimited(crew), { timeout: 120_000 });
      } finally {
        stop.abort();
        await acting;
      }
    });

    const codes = new Set(Object.values(crew.counts()).flatMap((counts) => Object.keys(counts)));
    // No request ended in a fault of a server.
    for (const code of codes) expect(code).not.toMatch(/internal|\b50[0-24-9]\b|closed 1011/);

    const signIn = { username: crew.victim, password: crew.password };
    const owner = await request(`${stack.apiUrl}/v1/sessions`, { method: 'POST', json: signIn, from: '127.0.0.2' });
    expect(owner.status).toBe(201);
    const limits = memoryLimits();
    const most = [limits.api, ...gateways.map(() => limits.gateways), ...recorders.map(() => limits.recorder)];
    for (const [i, peak] of peaks.entries()) expect(peak, `process ${i}`).toBeLessThan(most[i] as number);
    for (const { clients } of pairs) for (const client of clients) client.socket.terminate();
  },
);

/** Returns whether each hostile user was refused by the limit of the act. */
function areLimited({ replies }: Crew): boolean {
  return (
    replies.watchStrangers.of('too-many', 'unavailable') > 0 &&
    replies.reactInLoops.of('too-many', 'unavailable') > 0 &&
    replies.floodGroup.of('too-many', 'unavailable') > 0 &&
    replies.uploadBombs.of('429', '503', 'half form 429', 'half form 503') > 0 &&
    replies.guessPasswords.of('429') > 0 &&
    replies.postForms.of('form 400') > 0 &&
    replies.postForms.of('form 413') > 0 &&
    replies.postForms.of('closed 4002') > 0 &&
    replies.askUnknown.of('too-many', 'unavailable') > 0 &&
    replies.askUnknown.of('404') > 0 &&
    replies.openConnections.of('429') > 0
  );
}

/** Registers two users and connects them to different gateways. */
async function connectPair(): Promise<Pair> {
  const people = await Promise.all([0, 1].map(() => register()));
  const clients = await Promise.all(
    people.map(({ token }, i) => Client.open(String(stack.gatewayUrls[i]).replace('http', 'ws'), token)),
  );
  return { ids: people.map(({ id }) => id) as [number, number], clients: clients as [Client, Client] };
}

/** Lets two users write in turn. Each message must be accepted, and arrive once and in order. */
async function converse({ ids, clients }: Pair): Promise<void> {
  const expected: string[][] = [[], []];
  for (let i = 0; i < MESSAGES; i += 1) {
    const [from, to] = i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const text = `message ${i}`;
    await send(clients[from], ids[to], text);
    for (const each of expected) each.push(text);
    await clients[to].untilEvents(i + 1, 30_000);
  }
  for (const [i, client] of clients.entries()) {
    await client.untilEvents(MESSAGES, 30_000);
    expect(client.heard).toEqual(expected[i]);
    expect(client.closed).toBeUndefined();
  }
}

/**
 * Sends a text until it is acknowledged. A busy server may refuse a message for a time, but a limit
 * of this user never does.
 */
async function send(client: Client, to: number, text: string): Promise<void> {
  for (;;) {
    const reply = await client.ask({ type: 'send', ref: text, to, body: { type: 'text', text } });
    if (reply.type === 'ack') return;
    expect(reply).toMatchObject({ type: 'error', code: 'unavailable', retry: true });
    await delay((reply as { retryAfter: number }).retryAfter);
  }
}

let count = 0;

async function register(): Promise<{ id: number; token: string }> {
  count += 1;
  const json = { username: `honest-${count}-${process.pid}`, password: 'correct horse battery' };
  const { status, body } = await request(`${stack.apiUrl}/v1/users`, { method: 'POST', json, from: '127.0.0.3' });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  const { user, accessToken } = body as unknown as { user: { id: number }; accessToken: string };
  return { id: user.id, token: accessToken };
}

interface Pair {
  ids: [number, number];
  clients: [Client, Client];
}
