import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { Clocks, findFaketime } from './clock.ts';
import { temporaryFolder } from './process/folder.ts';
import { startRedis } from './redis/server.ts';

const library = await findFaketime().catch(() => undefined);
const folder = await temporaryFolder('clocks');
afterAll(() => folder.remove());

describe.skipIf(library === undefined)('a clock that is set', () => {
  const clocks = new Clocks(library ?? '', folder.path);

  it('the test clock moves the time of Redis forward and back', async () => {
    const clock = await clocks.make('redis');
    await using redis = await startRedis({ env: clock.env });
    const client = new Redis(redis.url);
    const ahead = async () => Number((await client.time())[0]) - Date.now() / 1000;
    expect(Math.abs(await ahead())).toBeLessThan(5);
    await clock.set(-120);
    await expect.poll(async () => Math.round(await ahead()), { timeout: 10_000 }).toBeLessThan(-110);
    await clock.set(90);
    await expect.poll(async () => Math.round(await ahead()), { timeout: 10_000 }).toBeGreaterThan(80);
    client.disconnect();
  });

  it('the test clock moves the time of a Node.js process, whose timers continue', async () => {
    const clock = await clocks.make('node');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => console.log(Date.now(), performance.now()), 50)'], {
      env: { ...process.env, ...clock.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: [number, number][] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line.split(' ').map(Number) as [number, number]));
    const last = () => (lines.at(-1)?.[0] ?? 0) - Date.now();
    await expect.poll(last).toBeGreaterThan(-5000);
    await clock.set(-120);
    await expect.poll(last).toBeLessThan(-110_000);
    const count = lines.length;
    await expect.poll(() => lines.length).toBeGreaterThan(count + 5);
    const elapsed = lines.map(([, monotonic]) => monotonic);
    expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b));
    child.kill();
  });

  it('the test clock removes the shared memory of killed processes', async () => {
    const clock = await clocks.make('killed');
    const child = spawn('sleep', ['60'], { env: { ...process.env, ...clock.env } });
    const files = () => execFileSync('ls', ['/dev/shm'], { encoding: 'utf8' });
    await expect.poll(files).toContain(`faketime_shm_${child.pid}`);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await clocks.sweep();
    expect(files()).not.toContain(`_${child.pid}`);
  });
});
