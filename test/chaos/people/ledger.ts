/** Every message written during a run, with the result that its writer saw. */
export class Ledger {
  readonly sent: Sent[] = [];
  /** The number of acknowledged messages. */
  acknowledged = 0;
  refused = 0;

  /**
   * Adds a message before it is sent. Its text contains its number, so that checks recognise it in
   * every copy. @param length extra characters of the text
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
 * Returns the text of a message. Edits and streams append a tail to it, such as ` ~w1 ~w2`.
 */
export function textOf({ n, length = 0 }: Pick<Sent, 'n' | 'length'>): string {
  return `m${n} ${length > 0 ? `${'長'.repeat(length)} ` : ''}${FILLING}`;
}

/** Returns the number of the message with this text. -1 if nobody wrote this text. */
export function numberOf(text: unknown): number {
  const found = typeof text === 'string' && text.startsWith('m') ? pattern.exec(text) : null;
  return found ? Number(found[1]) : -1;
}

/** Returns the words that edits or a stream have appended to the text of a message. */
export function tailOf(text: unknown): string {
  return typeof text === 'string' ? text.slice(text.lastIndexOf(FILLING) + FILLING.length) : '';
}

/** Returns the text of an imported message. */
export function importedText(number: number): string {
  return `i${number} ${FILLING}`;
}

/** Returns the number of the imported message with this text. Undefined if it is another text. */
export function importedNumber(text: unknown): number | undefined {
  const found = typeof text === 'string' && text.endsWith(` ${FILLING}`) ? /^i(\d+) /.exec(text) : null;
  return found ? Number(found[1]) : undefined;
}

const FILLING = 'the quick brown fox jumps over the lazy dog, again and again, until it is late';

const pattern = new RegExp(`^m(\\d+) (?:長+ )?${FILLING}(?: ~\\w+)*$`);

/** A message that was written. */
export interface Sent {
  n: number;
  from: number;
  /** The peer or group. */
  chat: number;
  group: boolean;
  /** Extra characters of its text, with three bytes each. */
  length?: number;
  /** `open` until the result is known. It stays open if the client crashed. */
  state: 'open' | 'acknowledged' | 'refused';
  id?: number;
  /** The error code of the refusal. */
  code?: string;
  /** True if the server must not accept it, because its writer had no permission at that time. */
  forbidden?: true;
  /**
   * Users who must not receive it, because they were outside the group from before it was written
   * until after it was accepted.
   */
  withheld?: number[];
  /** Set if its writer has recalled it, or tried to. */
  recall?: 'open' | 'acknowledged' | 'refused';
  /**
   * The words that edits or a stream have appended to the text. Null while the result of an edit or
   * stream is unknown. Default: none.
   */
  tail?: string | null;
  /** Whether it is pinned. Null while the result of a change is unknown. Default: false. */
  pinned?: boolean | null;
  /** Users who react to it. A user whose result is unknown has the value null. */
  reactions?: Map<number, boolean | null>;
}
