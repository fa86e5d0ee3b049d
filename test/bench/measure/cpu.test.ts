import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { cpuTime } from './cpu.ts';

/** Uses CPU for a while, then prints how much, in us. */
const burn = `
  const used = () => process.cpuUsage().user + process.cpuUsage().system;
  while (used() < 300_000);
  console.log(used());`;

/** Starts one child that ends, and one that runs until its standard input ends. */
const parentScript = `
  const { spawn, spawnSync } = require('node:child_process');
  spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}], { stdio: 'inherit' });
  spawn(process.execPath, ['-e', ${JSON.stringify(`${burn} process.stdin.resume();`)}], { stdio: 'inherit' });`;

describe.runIf(process.platform === 'linux')('cpuTime', () => {
  it('cpuTime counts a process and its running and ended children exactly once', async () => {
    const parent = spawn(process.execPath, ['-e', parentScript], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
    const ended = Number((await lines.next()).value);
    const running = Number((await lines.next()).value);
    const total = cpuTime([parent.pid as number]);
    expect(total).toBeGreaterThan(ended + running - 20_000);
    // The parent's own CPU is far less than another 300 ms.
    expect(total).toBeLessThan(ended + running + 280_000);
    parent.stdin.end();
    await once(parent, 'exit');
  });

  it('cpuTime returns 0 for an unknown process id', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    await waitFor(() => cpuTime([child.pid as number]) === 0);
  });
});
