import { Random } from '../../chaos/random.ts';
import type { System } from '../system/system.ts';
import { Values } from '../values.ts';
import { Bystanders } from './bystanders.ts';
import { Liar } from './liar.ts';

/** Number of pairs of clients that send random frames. Each client has its own connection. */
const PAIRS = 8;

/**
 * Lets clients send random frames to a gateway while two bystanders (clients that behave correctly)
 * exchange messages. Then compares PostgreSQL with the messages that the gateway accepted. Resolves
 * with counts and faults.
 */
export async function fuzzFrames(system: System, { seed, count, report }: FrameOptions): Promise<FrameFigures> {
  const [bystanders, ...pairs] = await system.pairs(PAIRS + 1);
  if (!bystanders) throw new RangeError('nobody is there');
  const port = system.stack.processes.gateways[0]?.port ?? 0;
  const watching = new Bystanders(bystanders, port);
  const ids = pairs.flat().map(({ id }) => id);
  const liars = pairs.flatMap(([a, b]) =>
    [a, b].map((person, i) => {
      const random = new Random(seed + person.id);
      const values = new Values(random, seed, ids);
      return new Liar(person, (i === 0 ? b : a).id, port, { random, values });
    }),
  );
  let left = count;
  const began = performance.now();
  const take = () => {
    left -= 1;
    if (left > 0 && left % Math.ceil(count / 10) === 0) report(`${count - left} frames`);
    return left >= 0;
  };
  await Promise.all(liars.map((liar) => liar.run(take)));
  const seconds = (performance.now() - began) / 1000;
  const bystanderMessages = await watching.stop();
  await system.recorded();
  const faults = [...watching.faults, ...liars.flatMap((liar) => liar.faults)];
  let messages = 0;
  for (const liar of liars) {
    const compared = await compare(system, liar);
    messages += compared.kept;
    faults.push(...compared.faults);
  }
  const sum = (of: (liar: Liar) => number) => liars.reduce((total, liar) => total + of(liar), 0);
  return {
    ...{ frames: sum((liar) => liar.frames), replies: sum((liar) => liar.replies), seconds, bystanderMessages, faults },
    ...{ connections: sum((liar) => liar.connections), messages },
  };
}

/**
 * Compares the messages that a client sent with those in PostgreSQL, and returns the differences.
 */
async function compare({ query }: System, { person, sent, acked }: Liar): Promise<Compared> {
  const rows = await query<Row>(
    `select id, ref, body::text as body, edited is not null or recalled is not null as changed
     from messages where owner_id = $1 and sender_id = $1`,
    [person.id],
  );
  const byRef = new Map(rows.map((row) => [row.ref, row]));
  const faults = rows
    .filter(({ ref, body, changed }) => !changed && !sent.get(ref)?.some((one) => same(one, body)))
    .map(({ ref, body }) => `kept, but not sent: ${ref} ${body}`);
  for (const [ref, id] of acked) if (byRef.get(ref)?.id !== id) faults.push(`acknowledged, but not kept: ${ref} ${id}`);
  return { kept: rows.length, faults };
}

function same(a: string, b: string): boolean {
  const sorted = (text: string) =>
    JSON.stringify(Object.entries(JSON.parse(text)).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}

interface Compared {
  kept: number;
  faults: string[];
}

interface Row {
  id: number;
  ref: string;
  body: string;
  /** True if a later frame recalled or edited the message. */
  changed: boolean;
}

export interface FrameOptions {
  seed: number;
  count: number;
  report: (line: string) => void;
}

export interface FrameFigures {
  frames: number;
  seconds: number;
  /**
   * Number of connections that were opened. There are many, because many random frames make the
   * server close the connection.
   */
  connections: number;
  replies: number;
  /**
   * `messages`: number of messages in PostgreSQL from clients that send random frames.
   * `bystanderMessages`: number of messages from bystanders (clients that behave correctly).
   */
  messages: number;
  bystanderMessages: number;
  faults: string[];
}
