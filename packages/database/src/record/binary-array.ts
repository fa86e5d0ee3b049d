/**
 * Encodes a `bigint[]` in PostgreSQL's binary format, which is cheaper to write than text: it has
 * no decimal digits, quotes or escapes. A batch is sent as a few arrays of up to a thousand
 * elements.
 */
export function bigints(values: readonly (number | null)[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + values.length * 12);
  let at = writeHeader(buffer, values, INT8);
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : 8, at);
    if (value === null) continue;
    const high = Math.floor(value / 2 ** 32);
    at = buffer.writeInt32BE(high, at);
    at = buffer.writeUInt32BE(value - high * 2 ** 32, at);
  }
  return buffer.subarray(0, at);
}

/** Encodes `text[]`. */
export function texts(values: readonly (string | null)[]): Buffer {
  return strings(values, TEXT, false);
}

/** Encodes a `jsonb[]` from elements that are JSON texts. */
export function jsons(values: readonly (string | null)[]): Buffer {
  return strings(values, JSONB, true);
}

/**
 * Returns SQL parameters with their types, such as `$1::bigint[], $2::text[]`, numbered from
 * `first` on.
 */
export function parameters(first: number, types: readonly string[]): string {
  return types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
}

const HEADER = 20;
const INT8 = 20;
const TEXT = 25;
const JSONB = 3802;
/** First byte of every `jsonb` value in PostgreSQL's binary format: the version of the format. */
const JSONB_VERSION = 1;

function strings(values: readonly (string | null)[], type: number, versioned: boolean): Buffer {
  let most = HEADER;
  for (const value of values) most += 5 + (value === null ? 0 : value.length * 3);
  const buffer = Buffer.allocUnsafe(most);
  let at = writeHeader(buffer, values, type);
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const length = at;
    at += 4;
    if (versioned) at = buffer.writeUInt8(JSONB_VERSION, at);
    at += buffer.write(value, at);
    buffer.writeInt32BE(at - length - 4, length);
  }
  return buffer.subarray(0, at);
}

function writeHeader(buffer: Buffer, values: readonly unknown[], type: number): number {
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(type, 8);
  // An empty array has no dimensions in this format.
  if (values.length === 0) return 12;
  buffer.writeInt32BE(values.length, 12);
  return buffer.writeInt32BE(1, 16);
}
