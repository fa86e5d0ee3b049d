import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
let stack: Stack;
/** The shell blocks of the tour, in order. */
let blocks: string[];

beforeAll(async () => {
  stack = await startTestStack({ gateways: 2 });
  const readme = await readFile(`${root}README.md`, 'utf8');
  const tour = readme.split('## Ten minutes\n')[1]?.split('\n## ')[0] ?? '';
  blocks = [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => withAddresses(block ?? ''));
}, 120_000);
afterAll(() => stack?.stop());

/** Replaces the addresses of `npm start` by those of the test's own stack. */
function withAddresses(block: string): string {
  const [first = '', second = ''] = stack.gatewayUrls;
  return block
    .replaceAll('http://127.0.0.1:8080', stack.apiUrl)
    .replaceAll('http://127.0.0.1:8081', first)
    .replaceAll('http://127.0.0.1:8082', second);
}

/**
 * Runs blocks in a new shell, as if a reader pasted them. Returns a JSON value per line of output.
 */
async function shell(name: string, ...pasted: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await run(name, ['-c', `${pasted.join('\n')}\n`]);
  return stdout
    .replaceAll('}{', '}\n{')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe("the README's tour", () => {
  it.each([
    ['the first time, in sh', 'sh'],
    ['again, in bash', 'bash'],
  ])('the commands of the README work %s, even with a new shell for each step', async (_, name) => {
    const [setup = '', befriend = '', listen = '', send = '', catchUp = '', history = ''] = blocks;
    expect(blocks).toHaveLength(6);
    await shell(name, setup, befriend);
    const listener = spawn(name, ['-c', `${setup}\n${listen}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    listener.stdout.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    try {
      await waitFor(() => heard.includes('"welcome"'));
      const [ack, again] = await shell(name, setup, send, send.split('\n').slice(1).join('\n'));
      expect(ack).toMatchObject({ type: 'ack', online: true, duplicate: false });
      expect(again).toMatchObject({ type: 'ack', id: ack?.id, duplicate: true });
      await waitFor(() => heard.includes(`"id":${ack?.id}`));
      const [, poll] = await shell(name, setup, send.split('\n')[0] ?? '', catchUp);
      expect(poll).toMatchObject({ recovered: true, frames: [{ event: { body: { text: 'are you there?' } } }] });
      const read = () => shell(name, setup, history);
      const results = await waitFor(async () => {
        const results = await read();
        return JSON.stringify(results.at(-1)).includes('are you there?') && results;
      });
      expect(results.at(0)).toMatchObject({ items: [{ type: 'user' }] });
    } finally {
      listener.kill('SIGKILL');
    }
  });
});
