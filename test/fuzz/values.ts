import fc from 'fast-check';
import type { Random } from '../chaos/random.ts';

/**
 * Returns random values that fast-check generates from a seed, mixed with fixed values that often
 * cause errors.
 */
export class Values {
  readonly #random: Random;
  readonly #json: unknown[];
  readonly #texts: string[];
  readonly #ids: number[];

  /** @param ids ids of existing users and groups */
  constructor(random: Random, seed: number, ids: readonly number[]) {
    this.#random = random;
    const from = { seed, numRuns: 2000 };
    this.#json = fc.sample(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), from);
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    this.#texts = [...oddTexts, ...fc.sample(text, from)];
    // Adds each unknown id only once, so that most ids are those of existing users and groups.
    this.#ids = [...ids, ...ids, ...ids, ...Array.from({ length: 10 }, () => random.whole(1, 2 ** 40))];
  }

  /** Any JSON value. */
  any(): unknown {
    const kind = this.#random.whole(0, 9);
    if (kind < 4) return this.#random.pick(this.#json);
    if (kind < 6) return this.text();
    if (kind < 8) return this.number();
    return this.#random.pick([null, true, false, [], {}, [[]], { type: 'text' }, -0]);
  }

  text(): string {
    const text = this.#random.pick(this.#texts);
    return this.#random.chance(0.02) ? text.repeat(this.#random.whole(1, 500)).slice(0, 20_000) : text;
  }

  number(): number {
    return this.#random.chance(0.5) ? this.#random.pick(oddNumbers) : this.#random.whole(-(2 ** 40), 2 ** 53 - 1);
  }

  /** Returns an id, in most cases that of an existing user or group. */
  id(): number {
    return this.#random.pick(this.#ids);
  }

  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.#random.whole(0, most) }, () => this.#random.whole(0, 255)));
  }

  /** Returns a copy of the bytes in which some bytes were changed, added, duplicated or removed. */
  mutate(bytes: Buffer): Buffer {
    let mutated = Buffer.from(bytes);
    for (let i = this.#random.whole(1, 4); i > 0; i -= 1) {
      const at = this.#random.whole(0, mutated.length);
      const end = Math.min(mutated.length, at + this.#random.whole(0, 8));
      const part = mutated.subarray(at, end);
      const put = this.#random.pick([Buffer.alloc(0), this.bytes(4), Buffer.concat([part, part]), ...oddBytes]);
      mutated = Buffer.concat([mutated.subarray(0, at), put, mutated.subarray(end)]);
    }
    return mutated;
  }
}

const oddNumbers = [0, -1, 1, 0.5, 1e308, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e21, 5e-324];

const oddTexts = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00\ud800',
    '\uffff',
    '\u202e',
    '\u2028',
    '🦊👩‍👩‍👧',
    '﷽',
    '\r\n',
    '\\',
    '"',
  ],
  ...['__proto__', 'constructor', 'toString', '../../etc/passwd', '..%2f', '%00', '%', '{{7*7}}'],
  ...[
    "'; drop table users; --",
    '<script>alert(1)</script>',
    '*\r\n$4\r\nPING',
    'NaN',
    '1e999',
    '1-1',
    '0-0',
    'latest',
  ],
  ...[
    '9007199254740993-9007199254740993',
    '{0}:inbox:1',
    'g88',
    '1_2',
    'null',
    'undefined',
    'x'.repeat(64),
    'x'.repeat(65),
  ],
];

const oddBytes = ['\u0000', '"', '\\u0000', '\\ud800', '}', ']', ',', '{', '[', '1e999', '\uffff'].map((text) =>
  Buffer.from(text),
);
