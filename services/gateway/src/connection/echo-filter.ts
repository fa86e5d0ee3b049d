import { type Cursor, type EventFrame, parseCursor, type ServerFrame } from '@parley/protocol';

/**
 * Suppresses the copies of a connection's own messages (`echo=0`), which the `ack` replaces. The
 * filter holds an `ack` back until the connection has reached the position of the copy, so that the
 * client can treat the cursor in the `ack` as received.
 */
export class EchoFilter {
  readonly #user: number;
  /** Refs of sent messages whose copy has not arrived yet. */
  readonly #refs = new Set<string>();
  #acks: { cursor: Cursor; ref: string; text: string }[] = [];

  constructor(user: number) {
    this.#user = user;
  }

  /** Called when the client sends a message with this ref. */
  begin(ref: string): void {
    this.#refs.add(ref);
  }

  /**
   * Called when a message was accepted or refused. Returns the reply to send now, or undefined if
   * the filter holds it back.
   *
   * @param reached position of the last event that the connection has sent
   */
  end(ref: string, reply: string, reached: Cursor): string | undefined {
    const frame = JSON.parse(reply) as ServerFrame;
    const cursor = frame.type === 'ack' && 'cursor' in frame ? parseCursor(frame.cursor) : undefined;
    if (cursor && isAfter(cursor, reached)) {
      this.#acks.push({ cursor, ref, text: reply });
      return undefined;
    }
    this.#refs.delete(ref);
    return reply;
  }

  /**
   * Returns whether an event is a copy of the connection's own message, which the client must not
   * get.
   */
  withholds(frame: string | Uint8Array): boolean {
    if (this.#refs.size === 0) return false;
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const { event } = JSON.parse(text) as EventFrame;
    if (event.kind !== 'message' || event.from !== this.#user || event.ref === undefined) return false;
    return this.#refs.delete(event.ref);
  }

  /** Removes and returns the held-back replies whose copies are at or before a position. */
  release(reached: Cursor): string[] {
    if (this.#acks.length === 0) return [];
    const released = this.#acks.filter(({ cursor }) => !isAfter(cursor, reached));
    this.#acks = this.#acks.filter(({ cursor }) => isAfter(cursor, reached));
    for (const { ref } of released) this.#refs.delete(ref);
    return released.map(({ text }) => text);
  }
}

function isAfter(cursor: Cursor, reached: Cursor): boolean {
  return cursor.epoch > reached.epoch || (cursor.epoch === reached.epoch && cursor.offset > reached.offset);
}
