import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Networks } from '@parley/service';
import { afterEach, describe, expect, it } from 'vitest';
import { download } from './download.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const allowed = new Networks(['127.0.0.1']);
const get = (url: string, signal = AbortSignal.timeout(60_000)) => download(new URL(url), { allowed, signal });

describe('redirects', () => {
  it('download follows redirects, including relative ones, and returns the last URL', async () => {
    const base = await serve(({ url }, response) => {
      if (url === '/a') response.writeHead(301, { location: 'b?c' }).end('x'.repeat(1000));
      else response.writeHead(200, { 'content-type': 'Text/HTML; Charset="GBK"' }).end(url);
    });
    const { url, type, charset, body } = await get(`${base}/a#part`);
    expect([url.href, type, charset, String(await buffer(body))]).toEqual([`${base}/b?c`, 'text/html', 'gbk', '/b?c']);
  });

  it('download follows five redirects at most', async () => {
    let requests = 0;
    const base = await serve((_, response) => response.writeHead(302, { location: `/${++requests}` }).end());
    await expect(get(base)).rejects.toThrow('more than 5 redirects');
    expect(requests).toBe(6);
  });

  it.each([
    ...['http://10.0.0.1/', 'http://169.254.169.254/latest/', 'https://127.0.0.2/', 'http://[::1]/', 'http://0/'],
    ...['http://[::ffff:10.0.0.1]/', 'http://[::ffff:a00:1]/', 'http://2130706434/', 'http://0x7f000002/'],
    ...['http://[64:ff9b::a00:1]/', 'http://[fd00::1]/', '//192.168.0.1/'],
  ])('download refuses a redirect to the private address %s', async (location) => {
    const base = await serve((_, response) => response.writeHead(307, { location }).end());
    await expect(get(base)).rejects.toThrow('may be reached');
  });

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'gopher://example.com/'])(
    'download refuses a redirect to another protocol: %s',
    async (location) => {
      const base = await serve((_, response) => response.writeHead(302, { location }).end());
      await expect(get(base)).rejects.toThrow('is not a protocol of web pages');
    },
  );

  it('download refuses a redirect to a URL with a password', async () => {
    const base = await serve((_, response) => response.writeHead(302, { location: 'https://a:b@example.com/' }).end());
    await expect(get(base)).rejects.toThrow('has a password');
  });
});

it('download refuses names that resolve to a private address, and other ports of public addresses', async () => {
  const none = { allowed: new Networks([]), signal: AbortSignal.timeout(60_000) };
  for (const url of ['http://localhost/', 'https://localhost/', 'http://93.184.216.34:22/', 'https://1.1.1.1:80/'])
    await expect(download(new URL(url), none), url).rejects.toThrow(/may be reached/);
});

describe('the body', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('download decompresses a %s body', async (encoding, pack) => {
    const base = await serve((_, response) => response.setHeader('content-encoding', encoding).end(pack('text')));
    expect(String(await buffer((await get(base)).body))).toBe('text');
  });

  it('download decompresses a gzip bomb only as far as it is read, and then closes the connection', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    let closed: Promise<unknown> | undefined;
    const base = await serve((_, response) => {
      closed = once(response, 'close');
      response.setHeader('content-encoding', 'gzip');
      response.write(bomb);
    });
    const { body } = await get(base);
    let size = 0;
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > 100_000) break;
    }
    expect(size).toBeLessThan(200_000);
    await closed;
  });

  it('reading a body fails if the body does not have its declared encoding', async () => {
    const base = await serve((_, response) => response.setHeader('content-encoding', 'gzip').end('plain'));
    await expect(buffer((await get(base)).body)).rejects.toThrow();
  });

  it('download can be aborted before the headers and while the body is read', async () => {
    const base = await serve(({ url }, response) => {
      if (url === '/body') response.writeHead(200).write('x');
    });
    const { body } = await get(`${base}/body`, AbortSignal.timeout(300));
    await expect(buffer(body)).rejects.toThrow();
    await expect(get(`${base}/headers`, AbortSignal.timeout(300))).rejects.toThrow();
  });
});

it.each([404, 500, 204, 206])('download rejects a response with the status %i', async (status) => {
  const base = await serve((_, response) => response.writeHead(status).end());
  await expect(get(base)).rejects.toThrow(`status ${status}`);
});

it('download rejects endless headers and bytes that are not HTTP', async () => {
  const answers = [`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, 'SSH-2.0-OpenSSH_9.6\r\n'];
  for (const answer of answers) {
    const server = createSocketServer((socket) => socket.on('error', () => {}).end(answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).rejects.toThrow();
    server.close();
  }
});
