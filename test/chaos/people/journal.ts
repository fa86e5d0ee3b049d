import type { ParleyEvent } from '@parley/protocol';
import { numberOf } from './ledger.ts';

/**
 * What one device was told, in order. What it had not stored when it crashed is struck, as the device knows nothing of it either: it is
 * to come again.
 */
export class Journal {
  readonly entries: Entry[] = [];
  #stored = 0;

  hear(event: ParleyEvent): void {
    if (event.kind !== 'message') return;
    const { conversation, id, from, body } = event;
    const n = body === null ? null : numberOf(body.type === 'text' ? body.text : undefined);
    this.entries.push({ conversation, id, from, n });
  }

  /** The device was told that it missed events for good, and forgot what it knew. */
  lose(): void {
    this.entries.push('reload');
  }

  /** How much there is to be stored now. */
  get length(): number {
    return this.entries.length;
  }

  /** The device has stored what came up to here. */
  store(length: number): void {
    this.#stored = Math.max(this.#stored, length);
  }

  crash(): void {
    this.entries.length = this.#stored;
  }
}

/** A message that came, or word that some will not come. */
export type Entry = Heard | 'reload';

export interface Heard {
  conversation: string;
  id: number;
  from: number;
  /** Its number in the ledger: -1 for a text that nobody wrote, null for a message that came without its text, for it was taken back. */
  n: number | null;
}
