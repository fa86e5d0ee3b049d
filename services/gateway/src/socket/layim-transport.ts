import type { WebSocket } from 'uWebSockets.js';
import type { EventFrame, ServerFrame } from '@parley/protocol';
import type { Profiles } from '../layim/profiles.ts';
import type { LayimChat } from '../layim/read-message.ts';
import { toMessage } from '../layim/to-message.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';
import { WebSocketTransport } from './websocket.ts';

/**
 * A connection over a WebSocket to a LayIM front end: of all frames it passes on the messages, as LayIM takes them, in order. Since LayIM
 * knows no cursors, what the network took is acknowledged for it.
 */
export class LayimTransport extends WebSocketTransport {
  readonly #gateway: Gateway;
  readonly #profiles: Profiles;
  /** Resolves when all frames given so far were passed on. */
  #passed: Promise<void> = Promise.resolve();
  /** Bytes, about, of frames that were not. */
  #waiting = 0;
  /** Places of the last event that was, that was written, that the network took, that is acknowledged. */
  #place = '';
  #written = '';
  #taken = '';
  #acknowledged = '';
  #acknowledging = false;

  constructor(socket: WebSocket<unknown>, gateway: Gateway, profiles: Profiles) {
    super(socket);
    this.#gateway = gateway;
    this.#profiles = profiles;
  }

  override send(frame: string | Uint8Array): void {
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const parsed = JSON.parse(text) as ServerFrame;
    if (parsed.type !== 'event') return;
    this.#waiting += text.length;
    this.#passed = this.#passed.then(async () => {
      const message = await this.#translate(parsed);
      this.#waiting -= text.length;
      if (!this.isOpen) return;
      this.#place = parsed.cursor;
      if (message !== undefined) super.send(message);
      else this.flush();
    });
  }

  /** Says something in a chat window, as the system. */
  tell({ id, type }: LayimChat, content: string): void {
    super.send(JSON.stringify({ system: true, id, type, content }));
  }

  override flush(): void {
    super.flush();
    this.#written = this.#place;
    this.drained();
  }

  override unsent(): number {
    return super.unsent() + this.#waiting;
  }

  /** The socket may have taken what it was given. */
  drained(): void {
    // What was given to a socket that closed did not get anywhere, and comes again with the next.
    if (!this.isOpen) return;
    this.connection?.flushed(this.unsent());
    if (super.unsent() > 0) return;
    this.#taken = this.#written;
    this.#acknowledge();
  }

  async #translate({ event }: EventFrame): Promise<string | undefined> {
    const { connection } = this;
    if (event.kind === 'profile') this.#profiles.forget(event.user);
    // What its own page sent, that shows already.
    if (event.kind !== 'message' || !connection || event.ref?.startsWith(`${connection.id}-`)) return undefined;
    return JSON.stringify(toMessage(event, connection.user.id, await this.#profiles.read(event.from)));
  }

  async #acknowledge(): Promise<void> {
    const { connection } = this;
    if (this.#acknowledging || !connection) return;
    this.#acknowledging = true;
    while (this.#taken !== this.#acknowledged) {
      const cursor = this.#taken;
      await this.#gateway.frames.run(connection, { type: 'received', cursor });
      this.#acknowledged = cursor;
    }
    this.#acknowledging = false;
  }
}
