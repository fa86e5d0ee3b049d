import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Networks } from './networks.ts';
import { Poster } from './poster.ts';

const allowed = new Networks(['127.0.0.0/8']);
const open: { server: Server; poster: Poster }[] = [];
afterEach(() => {
  for (const { server, poster } of open.splice(0)) {
    poster.close();
    server.closeAllConnections();
    server.close();
  }
});

/** Starts a receiver, and returns a function that posts to it and waits at most a minute. */
async function start(listener: RequestListener, maxReply = 0): Promise<() => ReturnType<Poster['post']>> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const poster = new Poster({ allowed, timeout: 60_000, maxReply });
  open.push({ server, poster });
  const { port } = server.address() as AddressInfo;
  return () => poster.post(`http://127.0.0.1:${port}/`, {}, '{}');
}

describe('the response to a webhook', () => {
  it('Poster resolves with the status of a response that never ends', async () => {
    const post = await start((_, response) => response.writeHead(200).write('{'));
    expect(await post()).toMatchObject({ status: 200 });
    const trickle = await start((_, response) => {
      response.writeHead(503);
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    });
    expect(await trickle()).toMatchObject({ status: 503 });
  });

  it('Poster closes the connection of a response that never ends', async () => {
    const closed: boolean[] = [];
    const post = await start((_, response) => {
      response.on('close', () => closed.push(true));
      response.writeHead(200).write('x'.repeat(1_000_000));
    });
    expect(await post()).toEqual({ status: 200, retryAfter: undefined });
    await expect.poll(() => closed.length, { timeout: 10_000 }).toBe(1);
  });

  it('Poster does not follow a redirect', async () => {
    const paths: string[] = [];
    const post = await start(({ url = '' }, response) => {
      paths.push(url);
      response.writeHead(308, { location: '/elsewhere' }).end();
    });
    expect(await post()).toMatchObject({ status: 308 });
    expect(paths).toEqual(['/']);
  });
});

describe('the reply of a hook', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('Poster decodes a reply that is compressed with %s', async (encoding, compress) => {
    const accepted: unknown[] = [];
    const post = await start(({ headers }, response) => {
      accepted.push(headers['accept-encoding']);
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"allow":true}'));
    }, 1000);
    expect((await post()).text).toBe('{"allow":true}');
    expect(accepted).toEqual(['identity']);
  });

  it('Poster returns no text for a reply that is larger than the maximum after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const post = await start(
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      100_000,
    );
    expect(bomb.length).toBeLessThan(100_000);
    expect(await post()).toEqual({ status: 200, retryAfter: undefined });
    const unreadable = await start(
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
      1000,
    );
    expect((await unreadable()).text).toBeUndefined();
  });

  it('Poster returns no text for a reply that is not UTF-8', async () => {
    const latin1 = Buffer.from('{"allow":false,"message":"Grüße"}', 'latin1');
    const post = await start((_, response) => response.writeHead(200).end(latin1), 1000);
    expect(await post()).toEqual({ status: 200, retryAfter: undefined });
  });
});
