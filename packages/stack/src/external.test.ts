import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkExternal } from './external.ts';
import { freePort } from './free-port.ts';

const check = (redisUrl?: string, databaseUrl?: string) => checkExternal({ redisUrl, databaseUrl });

describe('checkExternal', () => {
  it('if nothing listens at the URL of an external server, the error contains host, port and reason but not the password', async () => {
    const port = await freePort();
    await expect(check(`redis://:secret@127.0.0.1:${port}/0`)).rejects.toThrow(
      `REDIS_URL: cannot connect to Redis at 127.0.0.1:${port}: nothing listens there. ` +
        'Correct REDIS_URL, or remove it to start a Redis on this machine.',
    );
    await expect(check(undefined, `postgresql://ann:secret@127.0.0.1:${port}/parley`)).rejects.toThrow(
      `DATABASE_URL: cannot connect to PostgreSQL at 127.0.0.1:${port}: nothing listens there.`,
    );
  });

  it('the error for an unknown host contains the host and the default port of the server', async () => {
    await expect(check('redis://no-such-host.invalid')).rejects.toThrow(
      'cannot connect to Redis at no-such-host.invalid:6379: the host name is unknown',
    );
  });

  it.each(['redis', 'localhost:6379', 'http://127.0.0.1:6379'])(
    'the error for %s shows the form of an address',
    async (url) => {
      await expect(check(url)).rejects.toThrow('REDIS_URL is not an address such as redis://127.0.0.1:6379');
      await expect(check(undefined, url)).rejects.toThrow('DATABASE_URL is not an address such as postgresql://');
    },
  );

  it('the error for an external server that closes the connection states that reason', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(check(undefined, `postgresql://127.0.0.1:${port}/parley`)).rejects.toThrow(
      `cannot connect to PostgreSQL at 127.0.0.1:${port}: the server closed the connection`,
    );
    await expect(check(`redis://127.0.0.1:${port}`)).rejects.toThrow(
      `cannot connect to Redis at 127.0.0.1:${port}: the server closed the connection`,
    );
    server.close();
  });
});
