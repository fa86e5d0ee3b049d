import type { ParleyEvent } from '@parley/protocol';
import { numberOf } from './ledger.ts';

/**
 * The events that one device received, in order. A crash removes the events that the device had not
 * stored, because it must receive them again.
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
   * Returns what the device received about a message after the message itself, for reports. After a
   * crash it also contains changes that the device had not stored.
   */
  changesOf(chat: number, id: number): string[] {
    return this.#changes.get(`${chat}:${id}`) ?? [];
  }

  #note(message: string, what: string): void {
    this.#changes.set(message, [...(this.#changes.get(message) ?? []), what]);
  }

  /** Records that the device lost events that it cannot recover, and has cleared its state. */
  lose(): void {
    this.entries.push('reload');
  }

  /** The number of entries so far, which can be passed to `store`. */
  get length(): number {
    return this.entries.length;
  }

  /** Records that the device has stored the entries up to this number. */
  store(length: number): void {
    this.#stored = Math.max(this.#stored, length);
  }

  crash(): void {
    this.entries.length = this.#stored;
  }
}

/** A received message, or the fact that the device had to reload. */
export type Entry = Heard | 'reload';

export interface Heard {
  conversation: string;
  id: number;
  from: number;
  /**
   * The message's number in the ledger. -1 for a text that nobody wrote, null for a recalled
   * message without text and for a notice.
   */
  n: number | null;
}
