import { readFrame, type ServerFrame } from '@parley/protocol';
import type { Random } from '../../chaos/random.ts';
import type { Person } from '../system/system.ts';
import type { Values } from '../values.ts';
import { type Made, makeFrame, type Places } from './make-frame.ts';
import { encodeFrame, RawSocket } from './raw-socket.ts';

/** Maximum number of random frames before a ping that checks whether the server still responds. */
const BATCH = 50;

/**
 * Ms to wait for a reply. `SHORT_PATIENCE` applies if random bytes might have hidden the ping from
 * the server.
 */
const PATIENCE = 20_000;
const SHORT_PATIENCE = 200;

/**
 * A client that sends random frames over one connection after another, and keeps the server's
 * replies for later comparison.
 */
export class Liar implements Places {
  readonly peer: number;
  readonly person: Person;
  /**
   * Ref -> all bodies that were sent with this ref. There can be several, because randomly changed
   * bytes can repeat a ref.
   */
  readonly sent = new Map<string, string[]>();
  /** Ref -> id. */
  readonly acked = new Map<string, number>();
  readonly faults: string[] = [];
  frames = 0;
  connections = 0;
  replies = 0;
  readonly #random: Random;
  readonly #values: Values;
  readonly #port: number;
  #socket: RawSocket | undefined;
  #refs = 0;
  #seen = 1;
  /** Called after each reply, and when the connection ends. */
  #wake = () => {};
  #pong = '';

  constructor(person: Person, peer: number, port: number, { random, values }: { random: Random; values: Values }) {
    this.person = person;
    this.peer = peer;
    this.#port = port;
    this.#random = random;
    this.#values = values;
  }

  seen(): number {
    return this.#seen;
  }

  nextRef(): string {
    this.#refs += 1;
    return `${this.person.id}-${this.#refs}`;
  }

  /**
   * Sends frames until `take` returns false, then closes the connection. `take` is called before
   * each frame.
   */
  async run(take: () => boolean): Promise<void> {
    for (;;) {
      await this.#connect();
      const { batch, last, more } = this.#makeBatch(take);
      this.frames += batch.length;
      // Sends a frame that can end the connection only after the server has replied to all frames
      // before it.
      const ending = last && last.ends !== 'no' ? batch.splice(-1) : [];
      await this.#send(batch, undefined);
      if (ending.length > 0) await this.#send(ending, last);
      if (!more) break;
    }
    this.#socket?.destroy();
  }

  /**
   * Creates a batch of frames. The batch ends early with the first frame that can end the
   * connection.
   */
  #makeBatch(take: () => boolean): { batch: Buffer[]; last: Made | undefined; more: boolean } {
    const batch: Buffer[] = [];
    let last: Made | undefined;
    let more = true;
    while (batch.length < BATCH && (last?.ends ?? 'no') === 'no') {
      more = take();
      if (!more) break;
      last = makeFrame(this.#random, this.#values, this);
      if (last.payload && last.ends === 'no') this.#note(last.payload);
      batch.push(last.bytes);
    }
    return { batch, last, more };
  }

  async #connect(): Promise<void> {
    while (this.#socket === undefined || this.#socket.closed !== undefined) {
      this.connections += 1;
      const { token } = this.person;
      const path = '/v1/socket?device=liar&cursor=latest';
      const [onText, onClose] = [(text: string) => this.#hear(text), () => this.#wake()];
      this.#socket = new RawSocket({ port: this.#port, path, token, onText, onClose });
      await this.#socket.opened;
    }
  }

  /**
   * Sends a batch of frames, then a ping, and waits for the reply to the ping. If the last frame of
   * the batch must close the connection, waits for the close instead.
   */
  async #send(batch: Buffer[], last: Made | undefined): Promise<void> {
    const socket = this.#socket as RawSocket;
    socket.write(Buffer.concat(batch));
    const ends = last?.ends ?? 'no';
    const question = this.nextRef();
    if (ends !== 'yes') socket.write(encodeFrame(0x81, Buffer.from(JSON.stringify({ type: 'ping', ref: question }))));
    const done = () => socket.closed !== undefined || (ends !== 'yes' && this.#pong === question);
    await this.#until(done, ends === 'maybe' ? SHORT_PATIENCE : PATIENCE);
    const shown = () => `${last?.payload?.toString().slice(0, 300) ?? last?.bytes.toString('hex').slice(0, 300)}`;
    if (ends === 'no' && socket.closed !== undefined) this.faults.push(`ended (${socket.closed}) after ${shown()}`);
    else if (!done() && ends !== 'maybe') this.faults.push(`no answer after ${shown()}`);
    if (!done()) socket.destroy();
    if (!done()) await this.#until(() => socket.closed !== undefined, PATIENCE);
  }

  #until(done: () => boolean, patience: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, patience);
      this.#wake = () => {
        if (!done()) return;
        clearTimeout(late);
        resolve();
      };
      this.#wake();
    });
  }

  /** If the frame is a valid `send`, keeps its body for the comparison with the stored message. */
  #note(payload: Buffer): void {
    const text = payload.toString();
    if (!text.includes('send') && !text.includes('\\')) return;
    const reading = readFrame(JSON.parse(text));
    if (!reading.ok || reading.frame.type !== 'send') return;
    const { ref, body } = reading.frame;
    this.sent.set(ref, [...(this.sent.get(ref) ?? []), JSON.stringify(body)]);
  }

  #hear(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    this.replies += 1;
    if (frame.type === 'pong') this.#pong = frame.ref ?? '';
    else if (frame.type === 'ack' && 'id' in frame) this.acked.set(frame.ref, frame.id);
    else if (frame.type === 'error' && frame.code === 'internal') this.faults.push(`internal: ${text}`);
    else if (frame.type === 'event' && frame.event.kind === 'message') this.#check(frame.event);
    this.#wake();
  }

  #check({ from, ref, body, id }: { from: number; ref?: string | undefined; body: unknown; id: number }): void {
    this.#seen = id;
    if (from !== this.person.id || ref === undefined) return;
    if (!this.sent.get(ref)?.includes(JSON.stringify(body)))
      this.faults.push(`changed: ${ref} ${JSON.stringify(body)}`);
  }
}
