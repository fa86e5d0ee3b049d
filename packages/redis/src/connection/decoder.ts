/** An error reply of Redis. */
export class ReplyError extends Error {}

/**
 * Decodes RESP2 replies of Redis from a stream of chunks, in order. Converts bulk strings to
 * strings, integers to numbers (exact up to 2^53), and errors to `ReplyError`.
 */
export class Decoder {
  readonly #reply: (value: unknown) => void;
  /** Bytes of a value whose end is in a later chunk. */
  #rest: Buffer | undefined;
  /** Arrays whose elements are not complete yet, the outermost first. */
  readonly #open: { items: unknown[]; left: number }[] = [];

  constructor(reply: (value: unknown) => void) {
    this.#reply = reply;
  }

  /** @throws Error if the bytes are not RESP2 replies */
  feed(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const end = data.indexOf(CR, at);
      if (end < 0 || end + 1 >= data.length) break;
      let next = end + 2;
      switch (data[at]) {
        case COLON:
          this.#add(readInteger(data, at + 1, end));
          break;
        case DOLLAR: {
          const length = readInteger(data, at + 1, end);
          if (length < 0) this.#add(null);
          else {
            if (data.length < next + length + 2) return this.#keep(data, at);
            this.#add(data.toString('utf8', next, next + length));
            next += length + 2;
          }
          break;
        }
        case STAR: {
          const length = readInteger(data, at + 1, end);
          if (length > 0) this.#open.push({ items: [], left: length });
          else this.#add(length < 0 ? null : []);
          break;
        }
        case PLUS:
          this.#add(data.toString('utf8', at + 1, end));
          break;
        case MINUS:
          this.#add(new ReplyError(data.toString('utf8', at + 1, end)));
          break;
        default:
          throw new Error(`Redis sent byte ${data[at]}, which does not begin a RESP2 reply`);
      }
      at = next;
    }
    this.#keep(data, at);
  }

  #keep(data: Buffer, at: number): void {
    this.#rest = at < data.length ? data.subarray(at) : undefined;
  }

  #add(value: unknown): void {
    let complete = value;
    for (let array = this.#open.at(-1); array; array = this.#open.at(-1)) {
      array.items.push(complete);
      array.left -= 1;
      if (array.left > 0) return;
      this.#open.pop();
      complete = array.items;
    }
    this.#reply(complete);
  }
}

function readInteger(data: Buffer, start: number, end: number): number {
  const negative = data[start] === MINUS;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at += 1) value = value * 10 + ((data[at] as number) - ZERO);
  return negative ? -value : value;
}

const CR = 13;
const COLON = ':'.charCodeAt(0);
const DOLLAR = '$'.charCodeAt(0);
const STAR = '*'.charCodeAt(0);
const PLUS = '+'.charCodeAt(0);
const MINUS = '-'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
