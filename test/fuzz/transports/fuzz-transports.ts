import { Random } from '../../chaos/random.ts';
import { makeFrame, type Places } from '../frames/make-frame.ts';
import { encodeFrame, RawSocket } from '../frames/raw-socket.ts';
import type { Person, System } from '../system/system.ts';
import { Values } from '../values.ts';

/**
 * Sends random frames over the transports other than WebSocket: `POST /v1/frames`, query strings of
 * polls, and LayIM. Every response with a status below 500 counts as correct. Resolves with counts
 * and faults.
 */
export async function fuzzTransports(system: System, { seed, count, report }: Options): Promise<TransportFigures> {
  const [[person, peer]] = (await system.pairs(1)) as [[Person, Person]];
  const port = system.stack.processes.gateways[0]?.port ?? 0;
  const random = new Random(seed);
  const values = new Values(random, seed, [person.id, peer.id]);
  let refs = 0;
  const places: Places = { peer: peer.id, seen: () => refs, nextRef: () => `t${seed}-${++refs}` };
  const figures: TransportFigures = { posts: 0, polls: 0, layim: 0, faults: [] };
  const layim = new LayimPage(port, person);

  for (let i = 0; i < count; i += 1) {
    const made = makeFrame(random, values, places);
    const payload = made.payload ?? values.bytes(200);
    const kind = random.next();
    if (kind < 0.5) {
      figures.posts += 1;
      await look(figures, port, person, '/v1/frames', payload);
    } else if (kind < 0.6) {
      figures.polls += 1;
      const query = new URLSearchParams([
        ['timeout', '0'],
        [
          random.pick(['cursor', 'device', 'timeout', values.text()]),
          random.pick([values.text(), payload.toString().slice(0, 2000)]),
        ],
      ]);
      await look(figures, port, person, `/v1/poll?${query}`);
    } else {
      figures.layim += 1;
      await layim.send(made.bytes);
    }
  }
  layim.close();
  report(`${count} by other transports`);
  return figures;
}

/** Sends a request. Adds a fault if it fails or its status is 500 or higher. */
async function look(
  figures: TransportFigures,
  port: number,
  { token }: Person,
  path: string,
  body?: Buffer,
): Promise<void> {
  const method = body ? 'POST' : 'GET';
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: new Uint8Array(body) }),
  }).catch((error: Error) => error);
  if (response instanceof Error) figures.faults.push(`${method} ${path.slice(0, 200)}: ${response.message}`);
  else {
    await response.arrayBuffer();
    if (response.status >= 500) figures.faults.push(`${method} ${path.slice(0, 200)}: ${response.status} for ${body}`);
  }
}

/** A LayIM page that opens a new socket after its input made the server close the previous one. */
class LayimPage {
  readonly #port: number;
  readonly #person: Person;
  #socket: RawSocket | undefined;

  constructor(port: number, person: Person) {
    this.#port = port;
    this.#person = person;
  }

  async send(bytes: Buffer): Promise<void> {
    const socket = this.#socket ?? this.#open();
    await socket.opened;
    socket.write(bytes);
    // Sends a ping after the bytes, to which the server replies once it has handled them.
    socket.write(encodeFrame(0x89, Buffer.from('ping')));
    await new Promise(setImmediate);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): RawSocket {
    const { token } = this.#person;
    const socket = new RawSocket({
      ...{ port: this.#port, path: '/layim/socket', token, onText: () => {} },
      onClose: () => {
        this.#socket = undefined;
      },
    });
    this.#socket = socket;
    return socket;
  }
}

interface Options {
  seed: number;
  count: number;
  report: (line: string) => void;
}

export interface TransportFigures {
  posts: number;
  polls: number;
  layim: number;
  faults: string[];
}
