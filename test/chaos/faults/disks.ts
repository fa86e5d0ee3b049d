import { setTimeout as delay } from 'node:timers/promises';
import { type SmallDisk, waitFor } from '@parley/stack';
import pg from 'pg';
import type { Fault } from './fault.ts';

/**
 * Fills the disk of Redis. Redis syncs each write to disk and exits when a write fails. After a
 * restart, it must still have everything that it acknowledged.
 */
export const fullRedisDisk: Fault = {
  name: 'disk of Redis or its replica full',
  weight: 2,
  takes: ['redis'],
  impossible: ({ machine }) => machine.noDisks,
  strike: async ({ system: { pair: redis }, scale }, random) => {
    const [whose, server] = random.chance(0.6) ? ['the master', redis.master] : ['the replica', redis.replica];
    const ms = Math.round(random.whole(2000, 15_000) * scale);
    const ends = await fullFor(ms, redis.diskOf(server), {
      ended: () => ended(server),
      restart: () => redis.restart(server),
      answers: () => redis.answers(server),
    });
    await redis.whole();
    return `${whose}'s for ${ms} ms; ${words(ends)}`;
  },
};

/**
 * Fills the disk of PostgreSQL. PostgreSQL rejects statements that need disk space, and exits when
 * it cannot write its log.
 */
export const fullPostgresDisk: Fault = {
  name: 'disk of PostgreSQL full',
  weight: 2,
  takes: ['postgres'],
  impossible: ({ machine }) => machine.noDisks,
  strike: async ({ system: { machine, postgres }, scale }, random) => {
    const ms = Math.round(random.whole(3000, 20_000) * scale);
    let refused = false;
    const ends = await fullFor(ms, machine.disks?.postgres, {
      ended: () => ended(postgres),
      restart: () => postgres.restart(),
      answers: () => takesWrites(postgres.url),
      look: async () => {
        refused ||= !(await takesWrites(postgres.url));
      },
    });
    return `for ${ms} ms; ${words(ends)}, and ${refused ? 'refused writes' : 'had room left in its files'}`;
  },
};

/**
 * Fills the disk of a server for `ms`. Restarts the server whenever it exits, as a supervisor does.
 * Resolves with the number of restarts when the server responds again.
 */
async function fullFor(ms: number, disk: SmallDisk | undefined, server: Supervised): Promise<number> {
  let ends = 0;
  const supervise = async () => {
    if (!(await server.ended())) return;
    ends += 1;
    await server.restart().catch(() => {});
  };
  await disk?.fill();
  try {
    for (const until = performance.now() + ms; performance.now() < until; await delay(500)) {
      await supervise();
      await server.look?.();
    }
  } finally {
    await disk?.free();
  }
  await waitFor(() => supervise().then(() => server.answers()), {
    timeout: 120_000,
    interval: 500,
    message: 'a server whose disk was full does not come back',
  });
  return ends;
}

function ended({ exited }: { exited: Promise<void> }): Promise<boolean> {
  return Promise.race([exited.then(() => true), delay(10).then(() => false)]);
}

async function takesWrites(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000, query_timeout: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('create temporary table room as select generate_series(1, 1000)');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function words(ends: number): string {
  return ends === 0 ? 'it stayed' : `it ended ${ends === 1 ? 'once' : `${ends} times`} and was started again`;
}

interface Supervised {
  ended(): Promise<boolean>;
  restart(): Promise<void>;
  answers(): Promise<boolean>;
  /** Called repeatedly while the disk is full, to use the server. */
  look?(): Promise<void>;
}
