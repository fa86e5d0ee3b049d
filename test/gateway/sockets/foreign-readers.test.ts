import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, hasPython } from '../../stack/toolchains.ts';
import { Kit } from '../kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** A Python program that prints the data of events with `requests` and `sseclient-py`. */
const sseclient = `
import sys, requests, sseclient
url, token = sys.argv[1:]
response = requests.get(url, headers={"Authorization": "Bearer " + token}, stream=True)
for event in sseclient.SSEClient(response).events():
    print(event.data, flush=True)
`;

const requests = `
import sys, requests
url, token = sys.argv[1:]
response = requests.get(url, headers={"Authorization": "Bearer " + token}, stream=True)
for line in response.iter_lines(decode_unicode=False):
    print(line.decode(), flush=True)
`;

const httpx = `
import sys, httpx
url, token = sys.argv[1:]
with httpx.stream("GET", url, headers={"Authorization": "Bearer " + token}, timeout=None) as response:
    for line in response.iter_lines():
        print(line, flush=True)
`;

type Command = (url: string, token: string) => [string, ...string[]];
const python =
  (script: string): Command =>
  (url, token) => ['python3', '-c', script, url, token];
const curl: Command = (url, token) => ['curl', '-sN', '-H', `Authorization: Bearer ${token}`, url];

describe('clients of server-sent events', () => {
  it.for<[string, boolean, Command]>([
    ['curl', hasProgram('events in curl', 'curl'), curl],
    ['requests', hasPython('events in requests', 'requests'), python(requests)],
    ['sseclient-py', hasPython('events in sseclient-py', 'requests', 'sseclient'), python(sseclient)],
    ['httpx', hasPython('events in httpx', 'httpx'), python(httpx)],
  ])('%s passes on each event before the next one is sent', async ([_, installed, command], context) => {
    context.skip(!installed, 'not installed');
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using reader = new Reader(...command(`${kit.gateway().http}/v1/events?cursor=latest`, kit.token(b)));
    await expect.poll(() => reader.output).toContain('"type":"welcome"');
    // The third text is longer than the pieces in which these libraries read.
    for (const [i, text] of ['first', 'second 长', 'x'.repeat(3000), 'last'].entries()) {
      await alice.text(b, `m${i}`, text);
      await expect.poll(() => reader.output).toContain(`"text":"${text}"`);
    }
  });
});

/** A program that reads an event stream. */
class Reader {
  /** The output of the program so far. */
  output = '';
  readonly #process: ChildProcess;

  constructor(program: string, ...args: string[]) {
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill();
    await exit;
  }
}
