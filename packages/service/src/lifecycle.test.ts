import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-lifecycle-'));
  program = join(folder, 'fixture.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./lifecycle.fixture.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});

afterAll(() => rm(folder, { recursive: true }));

describe('a service', () => {
  it('runService stops the parts in reverse order on SIGTERM and exits with 0', async () => {
    const run = new Run();
    await run.until(/"started"/);
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(0);
    expect(run.output).toMatch(/second stopped\nfirst stopped\n/);
    expect(run.output.match(/first stopped/g)).toHaveLength(1);
  });

  it('runService exits at once on a second signal', async () => {
    const run = new Run('hangs on stop');
    await run.until(/"started"/);
    run.child.kill('SIGINT');
    await run.until(/"stopping"/);
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(1);
    expect(run.output).not.toContain('first stopped');
    expect(run.output).not.toContain('stop timed out');
  });

  it('runService exits with 1 if a part does not stop in time', async () => {
    const run = new Run('hangs on stop');
    await run.until(/"started"/);
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(1);
    expect(run.output).toContain('stop timed out');
  });

  it('runService stops the other parts if one fails to stop, and exits with 1', async () => {
    const run = new Run('fails to stop');
    await run.until(/"started"/);
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(1);
    expect(run.output).toContain('first stopped');
  });

  it('if `start` throws, runService prints the reason in one line, stops the running parts and exits with 1', async () => {
    const run = new Run('fails to start');
    expect(await run.exit()).toBe(1);
    expect(run.errors).toBe('fixture cannot start: port 80 is taken\n');
    expect(run.output).toContain('first stopped');
    expect(run.output).not.toContain('"started"');
  });

  it('runService logs an unhandled rejection and exits with 1', async () => {
    const run = new Run('throws later');
    expect(await run.exit()).toBe(1);
    expect(run.output).toMatch(/"level":"fatal".*nobody awaits me/);
  });

  it('with `surviveRejections`, runService logs an unhandled rejection and the process continues', async () => {
    const run = new Run('throws later', { SURVIVE: '1' });
    await run.until(/"level":"error".*nobody awaits me/);
    expect(run.child.exitCode).toBe(null);
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(0);
  });

  it('with PARLEY_PARENT_PIPE=1, runService stops and exits when its parent closes standard input', async () => {
    const run = new Run('', { PARLEY_PARENT_PIPE: '1' });
    await run.until(/"started"/);
    run.child.stdin?.end();
    expect(await run.exit()).toBe(0);
    expect(run.output).toMatch(/second stopped\nfirst stopped\n/);
  });

  it('by default, runService ignores the end of standard input', async () => {
    const run = new Run();
    run.child.stdin?.end();
    await run.until(/"started"/);
    expect(run.child.exitCode).toBe(null);
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(0);
    expect(run.output).not.toContain('parent is gone');
  });
});

class Run {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  private readonly closed: Promise<unknown>;

  constructor(behaviour = '', env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [program], { env: { FIXTURE: behaviour, ...env }, stdio: 'pipe' });
    this.closed = once(this.child, 'close');
    this.child.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.child.stdout?.on('data', (chunk) => {
      this.output += chunk;
      this.child.emit('output');
    });
  }

  async until(pattern: RegExp): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    while (!pattern.test(this.output)) await once(this.child, 'output', { signal });
  }

  async exit(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }
}
