import { Agent } from 'node:http';
import { errorCodes } from '@parley/protocol';
import { Random } from '../../chaos/random.ts';
import type { Person, System } from '../system/system.ts';
import { Values } from '../values.ts';
import { type Answer, ask, tell, toBytes } from './ask.ts';
import { type Known, type Made, makeRequest } from './make-request.ts';
import { readOperations } from './operations.ts';

/** Requests in flight. */
const AT_ONCE = 12;

/**
 * Sends random requests to every HTTP operation and, from time to time, bytes that are not valid
 * HTTP.
 */
export async function fuzzRequests(system: System, { seed, count, report }: RequestOptions): Promise<RequestFigures> {
  const { apiUrl, gatewayUrls } = system.stack;
  const operations = await readOperations(apiUrl, gatewayUrls[0] ?? '');
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const figures: RequestFigures = { requests: 0, seconds: 0, statuses: {}, faults: [] };
  let left = count;
  const began = performance.now();
  const work = async (worker: number): Promise<void> => {
    const random = new Random(seed * 1000 + worker);
    let [person, friend] = (await system.pairs(1))[0] as [Person, Person];
    let values = new Values(random, seed, [person.id, friend.id]);
    const known: Known = { token: person.token, ids: [], cursors: [] };
    while (--left >= 0) {
      if (left > 0 && left % Math.ceil(count / 10) === 0) report(`${count - left} requests`);
      const made = makeRequest(random, values, known, operations);
      figures.requests += 1;
      if (random.chance(0.01)) {
        const bytes = random.chance(0.8) ? values.mutate(toBytes(made)) : values.bytes(400);
        const status = await tell(made.root, bytes);
        if (isOurFault(status)) figures.faults.push(`${status} to the bytes ${bytes.toString('base64').slice(0, 600)}`);
        continue;
      }
      const shown = `${made.method} ${made.path} ${made.body?.toString().slice(0, 300) ?? ''}`;
      const answer = await ask(agent, made).catch(
        (error: Error) => `${error.message} instead of an answer to ${shown}`,
      );
      if (typeof answer === 'string') {
        figures.faults.push(answer);
        continue;
      }
      figures.statuses[answer.status] = (figures.statuses[answer.status] ?? 0) + 1;
      const wrong = judge(made, answer);
      if (wrong) figures.faults.push(`${wrong}: ${answer.status} ${answer.text.slice(0, 200)} to ${shown}`);
      learn(known, answer);
      // Creates new users if random requests have signed the user out or deleted the account.
      if (answer.status === 401 && !made.forged && made.closed) {
        [person, friend] = (await system.pairs(1))[0] as [Person, Person];
        values = new Values(random, seed, [person.id, friend.id]);
        known.token = person.token;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)));
  agent.destroy();
  figures.seconds = (performance.now() - began) / 1000;
  return figures;
}

/** Returns what is wrong with a response. Undefined if nothing is. */
function judge({ closed, forged, path }: Made, { status, type, text }: Answer): string | undefined {
  if (isOurFault(status)) return 'our fault';
  if (closed && forged && status < 300 && !path.startsWith('/layim/') && text !== '') return 'answered without a token';
  if (status < 400 || text === '' || path.startsWith('/layim/')) return undefined;
  // Skips responses that correctly have no problem document: error frames, and status 431 of
  // Node.js's HTTP parser.
  if (path.startsWith('/v1/frames') || status === 431) return undefined;
  if (!type.startsWith('application/problem+json')) return 'no problem document';
  return (JSON.parse(text) as { code: string }).code in errorCodes ? undefined : 'a code that is none';
}

/**
 * Returns whether a status is a server error. 505 is not, because it is correct for an unsupported
 * HTTP version.
 */
function isOurFault(status: number): boolean {
  return status >= 500 && status !== 505;
}

/**
 * Keeps the ids and page cursors in a response, so that later requests can contain existing ones.
 */
function learn(known: Known, { status, type, text }: Answer): void {
  if (status >= 300 || !type.startsWith('application/json') || text.length > 20_000) return;
  for (const [, id] of text.matchAll(/"id":("[\w-]+"|\d+)/g))
    known.ids.push(JSON.parse(id as string) as number | string);
  const [, next] = /"next":"([\w-]+)"/.exec(text) ?? [];
  if (next) known.cursors.push(next);
  known.ids.splice(0, known.ids.length - 50);
  known.cursors.splice(0, known.cursors.length - 50);
}

export interface RequestOptions {
  seed: number;
  count: number;
  report: (line: string) => void;
}

export interface RequestFigures {
  requests: number;
  seconds: number;
  /** Status -> number of responses with this status. */
  statuses: Record<number, number>;
  faults: string[];
}
