/** Every message that was written during a run, and what became of it as far as its writer was told. */
export class Ledger {
  readonly sent: Sent[] = [];
  /** How many were acknowledged. */
  acknowledged = 0;
  refused = 0;

  /**
   * Notes a message before it is sent. Its text names it, so that it is recognised wherever it turns up.
   * @param length characters that its text gets more
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

/** The text of a message. */
export function textOf({ n, length = 0 }: Pick<Sent, 'n' | 'length'>): string {
  return `m${n} ${length > 0 ? `${'長'.repeat(length)} ` : ''}${FILLING}`;
}

/** The number of the message with this text; -1 for a text that nobody wrote. */
export function numberOf(text: unknown): number {
  const found = typeof text === 'string' && text.endsWith(` ${FILLING}`) ? /^m(\d+) /.exec(text) : null;
  return found ? Number(found[1]) : -1;
}

const FILLING = 'the quick brown fox jumps over the lazy dog, again and again, until it is late';

/** A message that was written. */
export interface Sent {
  n: number;
  from: number;
  /** The peer or group. */
  chat: number;
  group: boolean;
  /** Characters, of three bytes each, that its text has more than others. */
  length?: number;
  /** `open` while nobody knows, which may be for good when its client crashed. */
  state: 'open' | 'acknowledged' | 'refused';
  id?: number;
  /** Why it was refused. */
  code?: string;
  /** It must not have been accepted: whoever wrote it was not allowed to at that time. */
  forbidden?: true;
  /** Users who must not get it: they were not in the group from before it was written until after it was accepted. */
  withheld?: number[];
  /** Its writer took it back, or tried to. */
  recall?: 'open' | 'acknowledged' | 'refused';
}
