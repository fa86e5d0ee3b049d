import type { Traces } from '@parley/service';
import { LocalUser } from './hub.ts';

/** A user of whose messages some are traced. Gateways that trace nothing have none of these, and so no cost. */
export class TracedUser extends LocalUser {
  readonly #traces: Traces;

  constructor(traces: Traces, id: number, lease?: number) {
    super(id, lease);
    this.#traces = traces;
  }

  override hear(data: Buffer): void {
    const message = readMessage(data);
    if (message === undefined || !this.#traces.samples(message.id)) return super.hear(data);
    const start = this.#traces.now();
    super.hear(data);
    const attributes = { 'parley.user': this.id, 'parley.connections': this.connections.length };
    this.#traces.add({ name: 'deliver', message, start, end: this.#traces.now(), attributes });
  }
}

/** Id and conversation of the message that a frame brings; undefined if it brings none. */
function readMessage(data: Buffer): { id: number; conversation: string } | undefined {
  if (data[EVENT_AT] !== EVENT_BYTE) return undefined;
  const found = pattern.exec(data.toString('latin1', 0, HEAD));
  return found ? { id: Number(found[1]), conversation: found[2] as string } : undefined;
}

const EVENT_AT = '{"type":"'.length;
const EVENT_BYTE = 'e'.charCodeAt(0);

/** As the scripts write it; what people wrote comes after this many bytes. */
const pattern = /^\{"type":"event","cursor":"\d+-\d+","event":\{"kind":"message","id":(\d+),"conversation":"(\w+)"/;
const HEAD = 200;
