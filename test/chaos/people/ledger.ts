/**
 * All messages that simulated users write during a run, each with the result that its writer
 * received.
 */
export class Ledger {
  readonly sent: Sent[] = [];
  /** Number of acknowledged messages. */
  acknowledged = 0;
  refused = 0;

  /**
   * Adds a message that is about to be sent. The message's text contains its number, so that checks
   * recognise it in every copy.
   *
   * @param length number of additional characters in the text
   */
  write(from: number, chat: number, group: boolean, length = 0): Sent {
    const message: Sent = { n: this.sent.length, from, chat, group, state: 'open', ...(length > 0 && { length }) };
    this.sent.push(message);
    return message;
  }

  accept(message: Sent, id: number): void {
    if (message.state === 'acknowledged') return;
    Object.assign(message, { state: 'acknowledged', id });
    this.acknowledged += 1;
  }

  refuse(message: Sent, code: string): void {
    Object.assign(message, { state: 'refused', code });
    this.refused += 1;
  }
}

/**
 * Returns the text with which a message is sent. Edits and streams append words to it, such as `
 * ~w1 ~w2`.
 */
export function textOf({ n, length = 0 }: Pick<Sent, 'n' | 'length'>): string {
  return `m${n} ${length > 0 ? `${'長'.repeat(length)} ` : ''}${FILLING}`;
}

/** Returns the number of the message with this text. -1 if no simulated user wrote this text. */
export function numberOf(text: unknown): number {
  const found = typeof text === 'string' && text.startsWith('m') ? pattern.exec(text) : null;
  return found ? Number(found[1]) : -1;
}

/** Returns the words that edits or a stream appended to the text of a message. */
export function tailOf(text: unknown): string {
  return typeof text === 'string' ? text.slice(text.lastIndexOf(FILLING) + FILLING.length) : '';
}

/** Returns the text of the imported message with this number. */
export function importedText(number: number): string {
  return `i${number} ${FILLING}`;
}

/**
 * Returns the number of the imported message with this text. Undefined if the text is not that of
 * an imported message.
 */
export function importedNumber(text: unknown): number | undefined {
  const found = typeof text === 'string' && text.endsWith(` ${FILLING}`) ? /^i(\d+) /.exec(text) : null;
  return found ? Number(found[1]) : undefined;
}

const FILLING = 'the quick brown fox jumps over the lazy dog, again and again, until it is late';

const pattern = new RegExp(`^m(\\d+) (?:長+ )?${FILLING}(?: ~\\w+)*$`);

/** A message in the ledger. */
export interface Sent {
  n: number;
  from: number;
  /** The peer or group. */
  chat: number;
  group: boolean;
  /** Number of additional characters in the text. Each one has three bytes in UTF-8. */
  length?: number;
  /**
   * Result of sending the message. `open` while it is unknown. It stays unknown if the client
   * crashed before the acknowledgement.
   */
  state: 'open' | 'acknowledged' | 'refused';
  id?: number;
  /** Error code with which the server refused the message. */
  code?: string;
  /** True if the server must not accept the message, because its writer has no permission. */
  forbidden?: true;
  /**
   * Ids of users who must not receive the message, because they were outside the group from before
   * it was written until after it was accepted.
   */
  withheld?: number[];
  /** Result of the writer's recall of this message. Undefined if the writer did not recall it. */
  recall?: 'open' | 'acknowledged' | 'refused';
  /**
   * Words that edits or a stream appended to the text. Null while the result of an edit or stream
   * is unknown. Default: none.
   */
  tail?: string | null;
  /**
   * Whether the message is pinned. Null while the result of a change is unknown. Default: false.
   */
  pinned?: boolean | null;
  /** User -> whether the user has reacted to the message, or null while the result is unknown. */
  reactions?: Map<number, boolean | null>;
}
