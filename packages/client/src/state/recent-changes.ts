import type { ParleyEvent } from '@parley/protocol';

/** Number of changes to keep. Each change might contain the body of a message. */
const MAX_KEPT = 100;

/** An event that changes a message which a response of the api might contain. */
export type MessageChange = Extract<ParleyEvent, { kind: 'recall' | 'edit' | 'react' | 'pin' | 'hide' }>;

/**
 * The last changes of messages. The client applies them to responses of the api that were requested
 * before the changes but arrive later.
 */
export class RecentChanges {
  #kept: { cursor: string; event: MessageChange }[] = [];
  /** Cursor of the newest change that is no longer kept. */
  #dropped: string | undefined;

  add(cursor: string, event: ParleyEvent): void {
    if (!isMessageChange(event)) return;
    this.#kept.push({ cursor, event });
    if (this.#kept.length > MAX_KEPT) this.#dropped = this.#kept.shift()?.cursor;
  }

  /** Returns the changes after a cursor, in order. Undefined if some of them are no longer kept. */
  after(cursor: string | null): MessageChange[] | undefined {
    if (this.#dropped !== undefined && isAfter(this.#dropped, cursor)) return undefined;
    return this.#kept.filter((each) => isAfter(each.cursor, cursor)).map(({ event }) => event);
  }
}

function isMessageChange(event: ParleyEvent): event is MessageChange {
  return ['recall', 'edit', 'react', 'pin', 'hide'].includes(event.kind);
}

/** Returns whether `cursor` is after `other`. A later epoch has a greater number. */
function isAfter(cursor: string, other: string | null): boolean {
  if (other === null) return true;
  const [epoch = 0, offset = 0] = cursor.split('-').map(Number);
  const [otherEpoch = 0, otherOffset = 0] = other.split('-').map(Number);
  return epoch === otherEpoch ? offset > otherOffset : epoch > otherEpoch;
}
