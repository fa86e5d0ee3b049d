import { openPool } from '@parley/database';
import type { Session } from '@parley/protocol';
import { connectRedis } from '@parley/redis';
import { freePort, type PostgresServer, type RedisServer, startPostgres, startRedis, waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisSocket } from '../../packages/redis/src/connection/redis-socket.ts';
import { Client } from '../gateway/client.ts';
import { GatewayProcess } from '../gateway/process.ts';
import { emptyFolder, portsInARow, Starter } from '../stack/starter.ts';
import { type Certificate, type Certificates, lendToPostgres, makeCertificates } from './certificates.ts';

let certificates: Certificates;
let redis: RedisServer;
let redisPort: number;
let postgres: PostgresServer;

const user = (rule: string) => ['--user', ...rule.split(' ')];

/** Starts a Redis that accepts only TLS connections, with its own user. */
const startTlsRedis = async ({ cert, key }: Certificate, port: number) =>
  startRedis({
    args: [
      ...['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', cert, '--tls-key-file', key],
      ...['--tls-auth-clients', 'no', ...user('default off'), ...user('parley on >p@ss ~* &* +@all')],
    ],
  });

beforeAll(async () => {
  certificates = await makeCertificates();
  redisPort = await freePort();
  redis = await startTlsRedis(certificates.forName, redisPort);
  const { cert, key } = certificates.forName;
  await lendToPostgres(certificates.forName);
  postgres = await startPostgres({ args: ['fsync=off', 'ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`] });
});
afterAll(async () => {
  await Promise.all([redis?.stop(), postgres?.stop()]);
  await certificates?.[Symbol.asyncDispose]();
});

const redisUrl = (host = 'localhost', user = 'parley:p%40ss') => `rediss://${user}@${host}:${redisPort}`;
const databaseUrl = (host = 'localhost', ca = certificates.ca) => {
  const url = new URL(postgres.url);
  url.hostname = host;
  url.search = `?sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`;
  return url.href;
};

/** Opens a connection as the services do, and sends one query. */
const ask = async <Row extends object>(url: string, query: string): Promise<Row[]> => {
  const pool = openPool({ url });
  try {
    return (await pool.query<Row>(query)).rows;
  } finally {
    await pool.end();
  }
};

describe('with TLS to Redis and PostgreSQL', () => {
  it('services use TLS for all connections if the URLs of Redis and PostgreSQL require TLS', {
    timeout: 60_000,
  }, async () => {
    await using data = await emptyFolder();
    const port = await portsInARow(2);
    const env = {
      ...{ REDIS_URL: `${redisUrl()}/3`, DATABASE_URL: databaseUrl(), NODE_EXTRA_CA_CERTS: certificates.ca },
      SEND_POLICY: 'anyone',
    };
    await using starter = new Starter(['--port', `${port}`, '--gateways', '1', '--data', data.path], env);
    await starter.shows('Parley is ready');
    const call = async (method: string, path: string, token: string, body?: object) => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as unknown;
    };
    const join = async (username: string) =>
      (await call('POST', '/users', '', { username, password: 'correct horse' })) as Session;
    const [ann, ben] = [await join('ann'), await join('ben')];
    await using client = await Client.open(`ws://127.0.0.1:${port + 1}`, ann.accessToken);
    const { id } = await client.text(ben.user.id, 'hello');
    await waitFor(
      async () => {
        const page = (await call('GET', `/chats/${ann.user.id}/messages`, ben.accessToken)) as { items: unknown[] };
        return page.items.some((item) => (item as { id: number }).id === id);
      },
      { message: 'the message was not recorded' },
    );
    const rows = await ask<{ ssl: boolean }>(
      databaseUrl(),
      `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'parley%'`,
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
  });

  it('a gateway connects to Redis by IP address if the TLS certificate is valid for that address', async () => {
    const port = await freePort();
    await using other = await startTlsRedis(certificates.forAddress, port);
    const env = {
      REDIS_URL: `rediss://parley:p%40ss@127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: certificates.ca,
    };
    await using gateway = await GatewayProcess.start(env);
    expect((await fetch(`${gateway.url.replace('ws', 'http')}/readyz`)).status).toBe(200);
    expect(other.pid).toBeGreaterThan(0);
  });
});

describe('certificates of Redis', () => {
  const gatewayWith = (REDIS_URL: string, ca: string) =>
    GatewayProcess.failing({ REDIS_URL, NODE_EXTRA_CA_CERTS: ca, LOG_LEVEL: 'silent' });

  it('a gateway rejects a Redis certificate that another authority signed', async () => {
    await expect(connectRedis({ url: redisUrl() })).rejects.toThrow('Redis does not answer at rediss://localhost');
    const { code, error } = await gatewayWith(redisUrl(), certificates.otherCa);
    expect(code).toBe(1);
    expect(error).toMatch(/Redis does not answer at rediss:\/\/localhost:\d+.*unable to verify/s);
  });

  it('a gateway rejects a Redis certificate for another host name', async () => {
    const { code, error } = await gatewayWith(redisUrl('127.0.0.1'), certificates.ca);
    expect(code).toBe(1);
    expect(error).toMatch(/does not match certificate's altnames/);
  });

  it('a gateway reports that the user or password for Redis is wrong, without printing the password', async () => {
    const { code, error } = await gatewayWith(redisUrl('localhost', 'parley:wrong'), certificates.ca);
    expect(code).toBe(1);
    expect(error).toMatch(/WRONGPASS/);
    expect(error).not.toContain(':wrong');
  });

  it('RedisSocket rejects a Redis certificate that another authority signed', async () => {
    const options = { host: 'localhost', port: redisPort, tls: true, name: 'test', replicas: 0 };
    const wire = new RedisSocket({ ...options, retryDelay: () => 1000 });
    await expect(wire.call(['PING'])).rejects.toThrow(/lost/);
    await wire.close();
  });
});

describe('certificates of PostgreSQL', () => {
  it('a database pool rejects a PostgreSQL certificate that another authority signed', async () => {
    await expect(ask(databaseUrl('localhost', certificates.otherCa), 'select 1')).rejects.toThrow(
      /unable to verify|signed/,
    );
  });

  it('a database pool rejects a PostgreSQL certificate for another host name', async () => {
    await expect(ask(databaseUrl('127.0.0.1'), 'select 1')).rejects.toThrow(/altnames/);
    expect(await ask(databaseUrl(), 'select 1')).toHaveLength(1);
  });
});
