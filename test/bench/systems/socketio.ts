import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, startPostgres, startRedis } from '@parley/stack';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { countRows, schema } from '../socketio/schema.ts';
import type { System } from './system.ts';

/**
 * Starts two Socket.IO servers with a Redis and a PostgreSQL that have the same settings as
 * Parley's.
 */
export async function startSocketio(): Promise<System> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const pool = new pg.Pool({ connectionString: postgres.url });
  await pool.query(schema);
  const ports = [await freePort(), await freePort()];
  const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, TOKEN_SECRET: secret };
  const servers = await Promise.all(ports.map((port) => startServer({ ...env, PORT: String(port) })));
  let users = 0;
  return {
    name: 'socketio',
    processes: { gateways: servers.map((server) => server.pid ?? -1), redis: [redis.pid], postgres: [postgres.pid] },
    ports,
    createUsers: async (count) =>
      Array.from({ length: count }, () => {
        users += 1;
        return { id: users, token: jwt.sign({}, secret, { subject: String(users), expiresIn: '1d' }) };
      }),
    createGroup: async (members) => {
      await pool.query('insert into members select -1, unnest($1::bigint[])', [members]);
      return -1;
    },
    recorded: async () => {},
    countRows: async () => (await pool.query(countRows)).rows[0],
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await Promise.all(servers.map(stopServer));
      await Promise.all([redis.stop(), postgres.stop()]);
    },
  };
}

const secret = 'a secret for benchmarks only, long enough';

/**
 * Starts a Socket.IO server process. Resolves when the server listens. The process ends when this
 * process ends.
 */
async function startServer(env: Record<string, string>): Promise<ChildProcess> {
  const server = fork(fileURLToPath(new URL('./bench-socketio.js', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let errors = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-8192);
  });
  await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([code]) => {
      throw new Error(`The Socket.IO server ended with exit code ${code}:\n${errors}`);
    }),
  ]);
  return server;
}

async function stopServer(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
}
