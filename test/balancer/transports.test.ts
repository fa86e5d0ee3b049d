import { Parley, type TransportName, type WebSocketLike } from '@parley/client';
import type { Media } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { listen, textOf } from '../client/people.ts';
import { readMetric } from './metrics.ts';
import { BalancedSystem, findBalancer } from './system.ts';

describe.skipIf(!(await findBalancer()))('behind a load balancer that sends each request to the next server', () => {
  let system: BalancedSystem;
  const clients: Parley[] = [];
  beforeAll(async () => {
    system = await BalancedSystem.start({ turns: true });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await system?.[Symbol.asyncDispose]();
  });

  let count = 0;
  const register = async (transports: TransportName[] = ['websocket']) => {
    const client = new Parley({ api: system.url, transports, WebSocket: WebSocket as unknown as WebSocketLike });
    clients.push(client);
    count += 1;
    await client.register({ username: `user-${process.pid}-${count}`, password: 'correct horse' });
    return client as Parley & { user: number };
  };
  const numbers = (start: string) => Array.from({ length: 40 }, (_, i) => `${start}${i}`);

  it.each<TransportName>(['websocket', 'sse', 'poll'])(
    'behind a load balancer, %s delivers every message once and in order',
    async (transport) => {
      const frames = () =>
        Promise.all(system.gateways.map(({ url }) => readMetric(url, 'parley_frames_received_total')));
      const before = await frames();
      const [ann, ben] = [await register([transport]), await register([transport])];
      const heard = [listen(ann), listen(ben)];
      for (const client of [ann, ben]) await client.connect();
      for (const client of [ann, ben]) await client.online();
      expect(ann.status.transport).toBe(transport);
      await Promise.all([
        ...numbers('a').map((text) => ann.send(ben.user, text)),
        ...numbers('b').map((text) => ben.send(ann.user, text)),
      ]);
      for (const [i, messages] of heard.entries()) {
        const own = i === 0 ? 'a' : 'b';
        await expect.poll(() => messages.length, { timeout: 10_000 }).toBe(80);
        for (const from of ['a', 'b']) {
          const texts = messages.filter(({ mine }) => mine === (from === own)).map(textOf);
          expect(texts).toEqual(numbers(from));
        }
      }
      const after = await frames();
      const busy = after.filter((each, i) => each > (before[i] as number));
      // Two WebSockets reach two gateways. Requests of the other transports reach all three.
      expect(busy).toHaveLength(transport === 'websocket' ? 2 : 3);
    },
  );

  it('two apis behind a load balancer share sign-ins, changes and uploads', async () => {
    const ann = await register();
    for (let i = 0; i < 4; i += 1) {
      await ann.api('PATCH /me', { name: `Ann ${i}` });
      for (let j = 0; j < 3; j += 1) expect(await ann.api('GET /me')).toMatchObject({ name: `Ann ${i}` });
    }
    const authorization = `Bearer ${ann.session?.accessToken}`;
    const bytes = Buffer.from('half of it\nand the other half');
    const tus = { authorization, 'tus-resumable': '1.0.0' };
    const metadata = `filename ${Buffer.from('two.txt').toString('base64')}`;
    const created = await fetch(`${system.url}/v1/media`, {
      method: 'POST',
      headers: { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
    });
    expect(created.status).toBe(201);
    const location = new URL(created.headers.get('location') as string, created.url);
    let media: Media | undefined;
    for (const [from, to] of [
      [0, 10],
      [10, bytes.length],
    ] as const) {
      const answer = await fetch(location, {
        method: 'PATCH',
        headers: { ...tus, 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' },
        body: bytes.subarray(from, to),
      });
      expect(answer.status).toBeLessThan(300);
      const text = await answer.text();
      if (text !== '') media = JSON.parse(text) as Media;
    }
    for (let i = 0; i < 2; i += 1) {
      const got = await fetch(`${system.url}/v1/media/${media?.id}`, { headers: { authorization } });
      expect(await got.text()).toBe(bytes.toString());
    }
  });
});
