import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { startRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alive } from './processes.ts';
import { emptyFolder, portsInARow, Starter } from './starter.ts';

const ready = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;

const get = (port: number, path: string, token: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });

const signIn = async (port: number) => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'parley-demo' }),
  });
  return (await response.json()) as { accessToken: string; user: { id: number } };
};

describe('npm start', { timeout: 60_000 }, () => {
  let data: Awaited<ReturnType<typeof emptyFolder>>;
  let port: number;
  let starter: Starter;

  beforeAll(async () => {
    data = await emptyFolder();
    port = await portsInARow(4);
    starter = new Starter(['--port', `${port}`, '--gateways', '3', '--data', data.path]);
    await starter.shows('Parley is ready');
  });
  afterAll(async () => {
    await starter[Symbol.asyncDispose]();
    await data[Symbol.asyncDispose]();
  });

  it('npm start starts the api, and as many gateways as --gateways states', async () => {
    for (const each of [port, port + 1, port + 2, port + 3]) expect(await ready(each)).toBe(true);
    expect(starter.output).toContain(`http://127.0.0.1:${port}\n`);
    expect(starter.output).toContain(`ws://127.0.0.1:${port + 3}/v1/socket`);
  });

  it('npm start creates demo accounts that are friends', async () => {
    const { accessToken } = await signIn(port);
    const friends = await get(port, '/v1/friends', accessToken);
    expect(await friends.text()).toContain('"username":"bob"');
  });

  it('a second npm start with the same data folder fails with one line', async () => {
    await using second = new Starter(['--port', `${port}`, '--gateways', '1', '--data', data.path]);
    expect(await second.ended()).toBe('exit code 1');
    expect(second.output).toBe(
      `Parley already runs on ${data.path} (http://127.0.0.1:${port}). Stop it first, or choose another folder with --data.\n`,
    );
  });

  it('npm start reports and restarts a service that dies', async () => {
    const [gateway] = (await readFile(join(data.path, 'logs/gateway-1.log'), 'utf8')).match(/(?<="pid":)\d+/) ?? [];
    process.kill(Number(gateway), 'SIGKILL');
    await starter.shows('gateway-1 ended (SIGKILL); starting it again');
    await starter.shows('gateway-1 is back');
    expect(await ready(port + 1)).toBe(true);
  });

  it('npm start leaves no process behind when it ends', async () => {
    const pids = await starter.end('SIGTERM');
    expect(await starter.ended()).toBe('exit code 0');
    expect(pids.length).toBeGreaterThan(7);
    await waitFor(() => alive(pids).length === 0, { timeout: 2000, message: 'processes were left' });
  });
});

describe('npm start with existing data and servers', { timeout: 60_000 }, () => {
  it('accounts and sessions survive when npm start is killed and started again', async () => {
    await using data = await emptyFolder();
    const port = await portsInARow(2);
    const args = ['--port', `${port}`, '--gateways', '1', '--data', data.path];
    await using killed = new Starter(args);
    await killed.shows('Parley is ready');
    const before = await signIn(port);
    const pids = await killed.end('SIGKILL');
    await using starter = new Starter(args);
    await starter.shows('Parley is ready');
    await waitFor(() => alive(pids).length === 0, { message: 'processes of the killed one were left' });
    expect((await signIn(port)).user.id).toBe(before.user.id);
    expect((await get(port, '/v1/me', before.accessToken)).status).toBe(200);
  });

  it('npm start uses the servers in REDIS_URL and DATABASE_URL instead of starting its own', async () => {
    await using data = await emptyFolder();
    await using redis = await startRedis();
    const port = await portsInARow(2);
    const env = { REDIS_URL: redis.url, DATABASE_URL: await testDatabase() };
    await using starter = new Starter(['--port', `${port}`, '--gateways', '1', '--data', data.path], env);
    await starter.shows('Parley is ready');
    expect(await ready(port + 1)).toBe(true);
    expect(existsSync(join(data.path, 'postgres')) || existsSync(join(data.path, 'redis'))).toBe(false);
    expect(starter.output).not.toContain('accounts');
  });
});

it('npm start serves on the loopback address of IPv6', { timeout: 60_000 }, async (context) => {
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  const reason = 'this machine has no IPv6 loopback address';
  if (!hasIpv6) process.stderr.write(`A test of npm start is skipped: ${reason}\n`);
  context.skip(!hasIpv6, reason);
  await using data = await emptyFolder();
  await using redis = await startRedis();
  const port = await portsInARow(2);
  const env = { REDIS_URL: redis.url, DATABASE_URL: await testDatabase() };
  const args = ['--host', '::1', '--port', `${port}`, '--gateways', '1', '--data', data.path];
  await using starter = new Starter(args, env);
  await starter.shows('Parley is ready');
  expect(starter.output).toContain(`http://[::1]:${port}\n`);
  const account = JSON.stringify({ username: 'ann', password: 'gravel-otter-lantern-42' });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://[::1]:${port}/v1/users`, { method: 'POST', headers, body: account });
  const { accessToken, gateways } = (await response.json()) as { accessToken: string; gateways: string[] };
  expect(gateways).toEqual([`http://[::1]:${port + 1}`]);
  const authorization = { authorization: `Bearer ${accessToken}` };
  const poll = await fetch(`${gateways[0]}/v1/poll?cursor=latest&timeout=0`, { headers: authorization });
  expect(poll.status).toBe(200);
});

describe('npm start that fails', () => {
  it('npm start reports which port is in use', async () => {
    await using data = await emptyFolder();
    const port = await portsInARow(2);
    const other = createServer().listen(port + 1, '127.0.0.1');
    await using starter = new Starter(['--port', `${port}`, '--gateways', '1', '--data', data.path]);
    expect(await starter.ended()).toBe('exit code 1');
    expect(starter.output).toBe(`Port ${port + 1} is in use. Choose another first port with --port.\n`);
    other.close();
  });

  it.each([
    ['192.0.2.1', 'This machine has no address 192.0.2.1. Choose another one with --host.\n'],
    ['no-such-host.invalid', 'The host name no-such-host.invalid is unknown. Choose another one with --host.\n'],
  ])('npm start cannot listen on the address %s', async (host, message) => {
    await using data = await emptyFolder();
    await using starter = new Starter(['--host', host, '--data', data.path]);
    expect(await starter.ended()).toBe('exit code 1');
    expect(starter.output).toBe(message);
  });

  it('npm start reports how to install Redis if it finds none', async () => {
    await using data = await emptyFolder();
    const port = await portsInARow(2);
    const env = { PATH: data.path, HOME: data.path, XDG_CACHE_HOME: data.path };
    await using starter = new Starter(['--port', `${port}`, '--gateways', '1', '--data', join(data.path, 'data')], env);
    expect(await starter.ended()).toBe('exit code 1');
    expect(starter.output).toMatch(/^No Redis found\. Install one .*REDIS_URL.*\n$/);
  });

  it.each([
    [
      'REDIS_URL',
      'redis://:hunter2@127.0.0.1:1',
      /^REDIS_URL: cannot connect to Redis at 127\.0\.0\.1:1: nothing listens there\. .*\n$/,
    ],
    [
      'DATABASE_URL',
      'postgres://a:hunter2@127.0.0.1:1/b',
      /^DATABASE_URL: cannot connect to PostgreSQL at 127\.0\.0\.1:1: nothing listens there\. .*\n$/,
    ],
  ])(
    'if the server in %s is unreachable, npm start reports host, port and reason, but not the password',
    async (variable, url, message) => {
      await using data = await emptyFolder();
      await using starter = new Starter(['--data', data.path], { [variable]: url });
      expect(await starter.ended()).toBe('exit code 1');
      expect(starter.output).toMatch(message);
      expect(starter.output).not.toContain('hunter2');
    },
  );

  it.each([
    [['--port', '99999'], '--port must be a whole number from 1 to 65535, not 99999\n'],
    [['--gateways', 'two'], '--gateways must be a whole number from 1 to 64, not two\n'],
    [['--data', ''], '--data must name a folder\n'],
    [['--prot', '1'], "Unknown option '--prot'. See npm start -- --help\n"],
  ])('npm start rejects the arguments %j', async (args, message) => {
    await using starter = new Starter(args);
    expect(await starter.ended()).toBe('exit code 1');
    expect(starter.output).toBe(message);
  });
});
