import type { Traces } from '@parley/service';
import { readMessageId } from '../frames.ts';
import { LocalUser } from './local-user.ts';

/**
 * A user whose deliveries are traced for a sample of the messages. Used only if tracing is on,
 * because it costs time for each message.
 */
export class TracedUser extends LocalUser {
  readonly #traces: Traces;

  constructor(traces: Traces, id: number) {
    super(id);
    this.#traces = traces;
  }

  override receive(data: Buffer): void {
    const message = readMessageId(data);
    if (message === undefined || !this.#traces.samples(message.id)) return super.receive(data);
    const start = this.#traces.now();
    super.receive(data);
    const attributes = { 'parley.user': this.id, 'parley.connections': this.connections.length };
    this.#traces.add({ name: 'deliver', message, start, end: this.#traces.now(), attributes });
  }
}
