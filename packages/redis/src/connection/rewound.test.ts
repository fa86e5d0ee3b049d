import { cp, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type RedisServer, startRedis, temporaryFolder, waitFor } from '@parley/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { recover } from '../inbox/recover.ts';
import { accept } from '../messages/accept.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';

const [ann, ben] = [1, 2];
const device = { device: 'd', limit: 1000 };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const open = async (url: string) => {
  const connection = await connectRedis({ url });
  closing.push(() => connection.close());
  return connection;
};
const send = async (connection: RedisConnection, ...texts: string[]) => {
  for (const text of texts) {
    const body = JSON.stringify({ type: 'text', text });
    await accept(connection, { from: ann, to: ben, ref: text, body, record: false });
  }
};
const texts = (page: { events: { event: string }[] }) => page.events.map(({ event }) => JSON.parse(event).body.text);
const end = async (connection: RedisConnection) => {
  const { epoch, last } = await recover(connection, ben, 'latest', device);
  return { epoch, offset: last };
};
/** The part of the append-only file that Redis appends to. */
const AOF = join('appendonlydir', 'appendonly.aof.1.incr.aof');

interface Way {
  name: string;
  args?: string[];
  /**
   * Saves the state that is restored later. Returns a function that restores it into the folder of
   * the stopped server. That one resolves with the arguments to start the server with.
   */
  keep(dir: string, connection: RedisConnection): Promise<() => Promise<string[] | undefined>>;
}

const ways: Way[] = [
  {
    name: 'whose append-only file lost its tail',
    keep: async (dir) => {
      const { size } = await stat(join(dir, AOF));
      // Cuts the file within the next command.
      return async () => void (await truncate(join(dir, AOF), size + 20));
    },
  },
  {
    name: 'that crashed with appendfsync everysec',
    args: ['--appendfsync', 'everysec'],
    keep: async (dir, { client }) => {
      await waitFor(async () => /aof_pending_bio_fsync:0/.test(await client.info('persistence')));
      const { size } = await stat(join(dir, AOF));
      return async () => void (await truncate(join(dir, AOF), size));
    },
  },
  {
    name: 'whose append-only file was copied back',
    keep: async (dir) => {
      await cp(join(dir, 'appendonlydir'), join(dir, 'copy'), { recursive: true });
      return async () => {
        await rm(join(dir, 'appendonlydir'), { recursive: true });
        await rename(join(dir, 'copy'), join(dir, 'appendonlydir'));
        return undefined;
      };
    },
  },
  {
    name: 'that was restored from an RDB file',
    keep: async (dir, { client }) => {
      await client.save();
      await cp(join(dir, 'dump.rdb'), join(dir, 'copy.rdb'));
      return async () => {
        await rm(join(dir, 'appendonlydir'), { recursive: true });
        await rename(join(dir, 'copy.rdb'), join(dir, 'dump.rdb'));
        return ['--appendonly', 'no'];
      };
    },
  },
];

describe.each(ways)('a Redis $name', ({ args = [], keep }) => {
  it('a restored Redis reports a loss only to devices that had received the lost events', async () => {
    const folder = await temporaryFolder('rewound');
    closing.push(folder.remove);
    const dir = folder.path;
    let server: RedisServer = await startRedis({ dir, args });
    closing.push(() => server.stop());
    const before = await open(server.url);
    await send(before, '1', '2', '3');
    const kept = await end(before);
    const restore = await keep(dir, before);
    await send(before, 'lost 4', 'lost 5', 'lost 6', 'lost 7', 'lost 8');
    const lost = await end(before);

    await server.kill();
    const start = await restore();
    server = await startRedis({ dir, args: [...args, ...(start ?? [])] });
    const after = await open(server.url);
    expect(await recover(after, ben, lost, device)).toMatchObject({ recovered: false, last: 3 });
    await send(after, 'new 4', 'new 5', 'new 6', 'new 7', 'new 8', 'new 9', 'new 10', 'new 11');

    const told = await recover(after, ben, lost, device);
    expect(told.recovered).toBe(false);
    expect(texts(told)).toEqual(['1', '2', '3', ...[4, 5, 6, 7, 8, 9, 10, 11].map((i) => `new ${i}`)]);
    const page = await recover(after, ben, kept, device);
    expect(page.recovered).toBe(true);
    expect(texts(page)).toEqual([4, 5, 6, 7, 8, 9, 10, 11].map((i) => `new ${i}`));
    const next = await recover(after, ben, { epoch: page.epoch, offset: page.last }, device);
    expect(next).toMatchObject({ recovered: true, events: [] });
  });
});

describe('a Redis that lost nothing', () => {
  it.each(['stopped', 'killed'])(
    'after Redis was %s and started again without a loss, no device reloads',
    async (how) => {
      await using server = await startRedis();
      const connection = await open(server.url);
      await send(connection, '1', '2', '3');
      const cursors = [await end(connection)];
      for (let round = 1; round <= 3; round += 1) {
        if (how === 'killed') await server.kill();
        await server.restart();
        await waitFor(() =>
          connection.client.ping().then(
            () => true,
            () => false,
          ),
        );
        await waitFor(() =>
          send(connection, `a${round}`).then(
            () => true,
            () => false,
          ),
        );
        await send(connection, `b${round}`);
        cursors.push(await end(connection));
      }
      for (const [i, cursor] of cursors.entries()) {
        const page = await recover(connection, ben, cursor, { ...device, limit: 3 });
        expect(page).toMatchObject({ recovered: true, offset: 3 + 2 * i, last: 9 });
        expect(page.events.map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8, 9].slice(2 * i).slice(0, 3));
      }
      // Every page contains the newest epoch, so a device may send this epoch with the offset of an
      // event of an older one.
      const { epoch } = await end(connection);
      const page = await recover(connection, ben, { epoch, offset: 2 }, device);
      expect(texts(page)).toEqual(['3', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
    },
  );

  it('a new inbox gets a greater epoch than all before, even if the clock of Redis was set back', async () => {
    await using server = await startRedis();
    const connection = await open(server.url);
    await send(connection, '1');
    const ahead = Date.now() + 86_400_000;
    await connection.client.set(connection.keys.issued(5), ahead);
    await server.restart();
    await waitFor(() =>
      send(connection, '2').then(
        () => true,
        () => false,
      ),
    );
    expect((await end(connection)).epoch).toBeGreaterThan(ahead);
  });
});
