import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { TestApi } from '../../test/test-api.ts';

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends the head of a request and a part of its body. */
async function begin({ url }: TestApi, head: string, body = ''): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.write(`${head}\r\nhost: a\r\n${body}`, () => resolve()));
  return socket;
}

const half = (length: number) => `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`;

it('the api closes a connection if the body of a request does not arrive in time', async () => {
  await using api = await TestApi.start({ BODY_TIME: '200ms' });
  const socket = await begin(api, 'POST /v1/sessions HTTP/1.1', half(100));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"too-slow"/);
});

it('the api closes a connection if the headers of a request do not arrive in time', async () => {
  await using api = await TestApi.start({ HEADER_TIME: '200ms' });
  const socket = await begin(api, 'POST /v1/sessions HTTP/1.1', 'content-type: appl');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

it("the api rejects a request before reading its body if the client's address already has too many unfinished bodies", async () => {
  await using api = await TestApi.start({ MAX_UNFINISHED_PER_ADDRESS: '3', BODY_TIME: '60s' });
  const unfinished = await Promise.all(
    Array.from({ length: 3 }, () => begin(api, 'POST /v1/sessions HTTP/1.1', half(100))),
  );
  const status = async () =>
    (await api.call('post', '/v1/sessions', { body: { username: 'a', password: 'b' } })).status;
  await expect.poll(status).toBe(429);
  for (const socket of unfinished) socket.destroy();
  await expect.poll(status).toBe(401);
});

it('the api rejects a body if the memory for bodies is used up', async () => {
  await using api = await TestApi.start({ BODY_MEMORY: '64KiB', BODY_TIME: '60s' });
  const socket = await begin(api, 'POST /v1/sessions HTTP/1.1', half(16_000));
  const body = { username: 'a', password: 'x'.repeat(500) };
  await expect.poll(async () => (await api.call('post', '/v1/sessions', { body })).status).toBe(429);
  socket.destroy();
});

it('a client can send the next request over the same connection after a body that is too large', async () => {
  await using api = await TestApi.start();
  const body = `content-type: application/json\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`;
  const socket = await begin(api, 'POST /v1/users HTTP/1.1', body);
  const got = text(socket);
  socket.write('GET /v1/info HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  expect((await got).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
});

it('the response announces that the connection closes if the rest of the body does not arrive', async () => {
  await using api = await TestApi.start();
  for (const [path, status] of [
    ['/v1/users', 413],
    ['/v1/media', 401],
    ['/v1/server/imports', 401],
  ]) {
    const socket = await begin(api, `POST ${path} HTTP/1.1`, half(1_000_000));
    expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\r\nconnection: close\r\n`, 'i'));
  }
});
