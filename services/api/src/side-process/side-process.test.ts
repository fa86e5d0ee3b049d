import { getPriority } from 'node:os';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { JobKilled, SideProcess, SideProcessBusy } from './side-process.ts';

let side: SideProcess<{ name: string; value?: unknown }, unknown>;

afterEach(() => side.stop());

function start(options: Partial<ConstructorParameters<typeof SideProcess>[0]> = {}) {
  const file = fileURLToPath(new URL('./side-process.fixture.js', import.meta.url));
  const usual = { memory: 256 * 1024 * 1024, timeout: 20_000, idle: 60_000, maxPerOwner: 8, maxWaiting: 16 };
  side = new SideProcess({ file, ...usual, ...options });
}

it('a side process resolves with the result of a job and rejects with its error', async () => {
  start();
  expect(await side.run('ann', { name: 'echo', value: { a: [1] } })).toEqual({ a: [1] });
  await expect(side.run('ann', { name: 'fail', value: 'no such thing' })).rejects.toThrow('no such thing');
});

it('a side process streams the input of a job and rejects the job if the stream fails', async () => {
  start();
  const chunks = Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024));
  expect(await side.run('ann', { name: 'count' }, () => Readable.from(chunks))).toBe(64 * 64 * 1024);
  const broken = new Readable({ read: () => broken.destroy(new Error('the disk is gone')) });
  await expect(side.run('ann', { name: 'count' }, () => broken)).rejects.toThrow('the disk is gone');
  expect(await side.run('ann', { name: 'echo', value: 1 })).toBe(1);
});

it('a side process that exceeds the time limit of a job is killed, and a new one runs the next job', async () => {
  start({ timeout: 1500 });
  const endless = side.run('ann', { name: 'loop' });
  const next = side.run('ben', { name: 'echo', value: 1 });
  await expect(endless).rejects.toThrow(JobKilled);
  expect(await next).toBe(1);
});

it('a side process has a lower priority than its service', async () => {
  start();
  expect(await side.run('ann', { name: 'priority' })).toBeGreaterThan(getPriority());
});

it('the time limit of a job does not include the start of its side process', async () => {
  start({ file: fileURLToPath(new URL('./slow-start.fixture.js', import.meta.url)), timeout: 1500 });
  expect(await side.run('ann', { name: 'echo', value: 1 })).toBe(1);
});

it.runIf(process.platform === 'linux')('native code in a side process cannot use memory beyond the limit', async () => {
  start();
  await expect(side.run('ann', { name: 'allocate', value: 1024 * 1024 * 1024 })).rejects.toThrow();
  expect(await side.run('ann', { name: 'allocate', value: 1024 * 1024 })).toBe(1024 * 1024);
});

it('a side process runs the jobs of several owners in turns', async () => {
  start();
  const done: string[] = [];
  const run = (owner: string) => side.run(owner, { name: 'echo' }).then(() => done.push(owner));
  await Promise.all([...Array.from({ length: 6 }, () => run('many')), run('one'), run('two')]);
  // The first job of `many` is already running when the other jobs arrive.
  expect(done.slice(0, 4)).toEqual(['many', 'many', 'one', 'two']);
});

it('a side process rejects jobs above the queue limit of one owner and of all owners together', async () => {
  start({ maxPerOwner: 2, maxWaiting: 3 });
  const run = (owner: string) => side.run(owner, { name: 'echo' });
  const accepted = [run('a'), run('a'), run('a')];
  await expect(run('a')).rejects.toThrow(SideProcessBusy);
  accepted.push(run('b'));
  await expect(run('c')).rejects.toThrow(SideProcessBusy);
  await Promise.all(accepted);
});

it('a side process ends when it has no job and starts again for the next job', async () => {
  start({ idle: 50 });
  const first = (await side.run('ann', { name: 'pid' })) as number;
  await expect.poll(() => isAlive(first)).toBe(false);
  expect(await side.run('ann', { name: 'pid' })).not.toBe(first);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
