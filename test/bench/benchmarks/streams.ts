import { setTimeout as delay } from 'node:timers/promises';
import type { ServerFrame } from '@parley/protocol';
import { WebSocket } from 'ws';
import { cpuTime } from '../measure/cpu.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import { parts, type System } from '../systems/system.ts';

/** Number of members of the group. The first member is the writer. */
const MEMBERS = 10;

/**
 * Number of chunks that are appended to one message, about as many as a language model's answer
 * has.
 */
const APPENDS = 1200;

/** Number of ordinary messages with which the streamed message is compared. */
const MESSAGES = 60;

/** Seconds over which the streamed message, or the ordinary messages, are spread. */
const SECONDS = 24;

/**
 * Streams one message in 1,200 chunks to a group of 10. Compares its CPU with that of 60 ordinary
 * messages to each reader, sent once to the group and once one by one. Subtracts the CPU that the
 * idle system uses.
 */
export async function streams(report: (line: string) => void): Promise<StreamsResult> {
  await using system = await startParley();
  const users = await system.createUsers(MEMBERS + (MEMBERS % 2));
  const group = (await system.createGroup?.(users.map(({ id }) => id))) as number;
  const members = await Promise.all(users.map(({ token }, i) => Member.open(system.ports[i % 2] as number, token)));
  const [writer] = members as [Member];
  const measure = async (work: () => Promise<void>) => {
    const before = cpuOf(system);
    const end = performance.now() + SECONDS * 1000;
    await work();
    await system.recorded();
    await delay(Math.max(0, end - performance.now()));
    return cpuOf(system) - before;
  };
  const toGroup = (count: number) => spread(count, (i) => writer.send(group, `message ${i} ${'x'.repeat(120)}`));
  const stream = (count: number) => writer.stream(group, count);
  const inPairs = (count: number) =>
    spread(count, async (i) => {
      const at = i % members.length;
      await members[at]?.send((users[at ^ 1] as { id: number }).id, `message ${i} ${'x'.repeat(120)}`);
    });

  report('warm-up');
  for (const work of [stream, toGroup, inPairs]) await work(200);
  await system.recorded();
  report('idle');
  const idle = await measure(async () => {});
  report(`${APPENDS} texts of one message to ${MEMBERS} members`);
  const streamed = await measure(() => stream(APPENDS));
  report(`${MESSAGES} messages to the group`);
  const grouped = await measure(() => toGroup(MESSAGES));
  report(`${MESSAGES} messages to each of ${MEMBERS - 1} readers`);
  const single = await measure(() => inPairs(MESSAGES * (MEMBERS - 1)));
  for (const member of members) member.close();
  const ms = (us: number) => Math.max(0, us - idle) / 1000;
  return { streamed: ms(streamed), grouped: ms(grouped), single: ms(single) };
}

/** Calls `work` `count` times, evenly spread over the seconds of a measurement. */
async function spread(count: number, work: (i: number) => Promise<void>): Promise<void> {
  const began = performance.now();
  for (let i = 0; i < count; i += 1) {
    await delay(Math.max(0, began + (i * SECONDS * 1000) / Math.max(count, MESSAGES) - performance.now()));
    await work(i);
  }
}

function cpuOf({ processes }: System): number {
  return parts.reduce((sum, part) => sum + cpuTime(processes[part] ?? []), 0);
}

/** A connected member. */
class Member {
  readonly #socket: WebSocket;
  readonly #replies = new Map<string, (frame: ServerFrame) => void>();
  #next = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ServerFrame;
      if ('ref' in frame && frame.ref !== undefined) this.#replies.get(frame.ref)?.(frame);
    });
  }

  static async open(port: number, token: string): Promise<Member> {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket?cursor=latest`, 'parley.v1', { headers });
    const member = new Member(socket);
    await new Promise((resolve) => socket.once('message', resolve));
    return member;
  }

  async send(to: number, text: string): Promise<void> {
    await this.#ask({ type: 'send', to, body: { type: 'text', text } });
  }

  async stream(to: number, count: number): Promise<void> {
    const { id } = (await this.#ask({ type: 'stream', op: 'start', to })) as { id: number };
    await spread(count, async (i) => {
      const frame = { type: 'stream', op: 'append', chat: to, id, index: i + 1, text: 'word ' };
      this.#socket.send(JSON.stringify(frame));
    });
    await this.#ask({ type: 'stream', op: 'end', chat: to, id });
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(frame: object): Promise<ServerFrame> {
    this.#next += 1;
    const ref = `bench-${process.pid}-${this.#next}`;
    const reply = await new Promise<ServerFrame>((resolve) => {
      this.#replies.set(ref, resolve);
      this.#socket.send(JSON.stringify({ ...frame, ref }));
    });
    this.#replies.delete(ref);
    if (reply.type === 'error') throw new Error(`refused: ${reply.message}`);
    return reply;
  }
}

/** Formats the result of the benchmark as one table. */
export function showStreams({ streamed, grouped, single }: StreamsResult): string {
  return table([
    ['', 'CPU ms of all servers'],
    [`one message of ${APPENDS} appends to a group of ${MEMBERS}`, streamed.toFixed(0)],
    [`${MESSAGES} messages to each of ${MEMBERS - 1} readers, one by one`, single.toFixed(0)],
    [`${MESSAGES} messages to the group`, grouped.toFixed(0)],
  ]);
}

/** CPU in ms of all servers together, minus the CPU that they use while idle. */
export interface StreamsResult {
  streamed: number;
  grouped: number;
  single: number;
}
