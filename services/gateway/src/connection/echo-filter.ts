import { type Cursor, type EventFrame, parseCursor, type ServerFrame } from '@parley/protocol';

/**
 * Withholds the copies of the messages that a connection sends itself (`echo=0`). The `ack`
 * replaces the copy. It is held back until the connection has reached the position of the copy, so
 * that a client may treat the cursor of an `ack` as received.
 */
export class EchoFilter {
  readonly #user: number;
  /** Refs of messages whose copies have not arrived yet. */
  readonly #refs = new Set<string>();
  #acks: { cursor: Cursor; ref: string; text: string }[] = [];

  constructor(user: number) {
    this.#user = user;
  }

  /** Called when the client sends a message. */
  begin(ref: string): void {
    this.#refs.add(ref);
  }

  /**
   * Called when the message was accepted or refused. Returns the reply, or undefined if it is held
   * back.
   *
   * @param reached the position of the connection
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

  /** Returns whether an event is a copy that must not be sent to the client. */
  withholds(frame: string | Uint8Array): boolean {
    if (this.#refs.size === 0) return false;
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const { event } = JSON.parse(text) as EventFrame;
    if (event.kind !== 'message' || event.from !== this.#user || event.ref === undefined) return false;
    return this.#refs.delete(event.ref);
  }

  /** Removes and returns the replies whose copies lie at or before a position. */
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
