import type { ParleyEvent } from '@parley/protocol';
import { numberOf } from './ledger.ts';

/**
 * The events that one device received, in order. A crash removes the events that the device had not
 * stored, because the server must send them again.
 */
export class Journal {
  readonly entries: Entry[] = [];
  readonly #changes = new Map<string, string[]>();
  #stored = 0;

  hear(event: ParleyEvent): void {
    if (event.kind === 'recall' || event.kind === 'edit' || event.kind === 'react' || event.kind === 'pin')
      this.#note(`${event.chat}:${event.id}`, `${event.kind}${'active' in event ? ` ${event.active}` : ''}`);
    if (event.kind !== 'message') return;
    const { conversation, id, from, body } = event;
    const n = body === null || body.type === 'notice' ? null : numberOf(body.type === 'text' ? body.text : undefined);
    this.entries.push({ conversation, id, from, n });
  }

  /**
   * Returns the changes of a message that the device received after the message itself. They appear
   * in reports only. After a crash, they include changes that the device had not stored.
   */
  changesOf(chat: number, id: number): string[] {
    return this.#changes.get(`${chat}:${id}`) ?? [];
  }

  #note(message: string, what: string): void {
    this.#changes.set(message, [...(this.#changes.get(message) ?? []), what]);
  }

  /**
   * Adds an entry for a reload: the device missed events that it cannot recover, and has cleared
   * its state.
   */
  lose(): void {
    this.entries.push('reload');
  }

  /** Number of entries so far. Pass it to `store` when they are stored. */
  get length(): number {
    return this.entries.length;
  }

  /** Remembers that the device has stored the entries before this index. */
  store(length: number): void {
    this.#stored = Math.max(this.#stored, length);
  }

  crash(): void {
    this.entries.length = this.#stored;
  }
}

/** An entry of the journal: a received message, or `reload`. */
export type Entry = Heard | 'reload';

export interface Heard {
  conversation: string;
  id: number;
  from: number;
  /**
   * Number of the message in the ledger. -1 for a text that no simulated user wrote. Null for a
   * notice, and for a recalled message, which has no text.
   */
  n: number | null;
}
