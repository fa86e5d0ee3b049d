import { type Filtered, filterTerms } from './filter-terms.ts';
import { indexTerms } from './terms.ts';

/** Collects messages and builds one segment of the search index from them. */
export class SegmentBuilder {
  readonly #places = new Map<string, number[]>();
  readonly #ids: number[] = [];
  readonly #peers = new Set<number>();

  /** Adds a message. The caller must add messages in ascending order of ids. */
  add({ id, ...message }: Indexed): void {
    const { peer, text } = message;
    const place = this.#ids.length / 2;
    this.#ids.push(id, peer);
    this.#peers.add(peer);
    for (const term of filterTerms(message)) this.#note(term, place);
    for (const term of indexTerms(text)) this.#note(term, place);
  }

  /** Returns the segment in the form in which PostgreSQL stores it. */
  finish(): Segment {
    const terms = [...this.#places.keys()].sort();
    let most = 0;
    for (const [term, places] of this.#places) most += term.length * 3 + places.length * 3 + 8;
    const postings = Buffer.allocUnsafe(most);
    const fences: Fence[] = [];
    let at = 0;
    let block = Number.NEGATIVE_INFINITY;
    for (const term of terms) {
      if (at - block >= blockBytes) {
        fences.push([term, at]);
        block = at;
      }
      at = writeEntry(postings, at, term, this.#places.get(term) as number[]);
    }
    return {
      count: this.#ids.length / 2,
      peers: [...this.#peers],
      fences: JSON.stringify(fences),
      postings: postings.subarray(0, at),
      ids: Buffer.from(new Float64Array(this.#ids).buffer),
    };
  }

  #note(term: string, place: number): void {
    const places = this.#places.get(term);
    if (places === undefined) this.#places.set(term, [place]);
    else if (places[places.length - 1] !== place) places.push(place);
  }
}

/**
 * Returns which slice of a segment's postings (the lists of messages per term) can contain a term.
 * Undefined if the segment does not contain the term.
 */
export function findSlice(fences: readonly Fence[], { text, prefix }: Lookup): Slice | undefined {
  const first = lastAtMost(fences, text);
  const last = prefix ? lastAtMost(fences, `${text}\uffff`) : first;
  if (last < 0) return undefined;
  const begin = (fences[Math.max(0, first)] as Fence)[1];
  const end = fences[last + 1]?.[1];
  return { begin, length: end === undefined ? wholeRest : end - begin };
}

/**
 * Reads a slice of postings (the lists of messages per term). Returns the positions of the messages
 * that contain a term, in ascending order.
 */
export function readPlaces(slice: Buffer, { text, prefix }: Lookup): number[] {
  const wanted = Buffer.from(text);
  const lists: number[][] = [];
  const reader = { slice, at: 0 };
  while (reader.at < slice.length) {
    const length = readNumber(reader);
    const begin = reader.at;
    reader.at += length;
    const bytes = readNumber(reader);
    const end = reader.at + bytes;
    if (length === wanted.length || (prefix && length > wanted.length)) {
      if (holds(slice, begin, wanted)) lists.push(readList(reader, end));
    }
    reader.at = end;
  }
  return unite(lists);
}

/** Returns the ascending union of ascending lists. */
export function unite(lists: readonly number[][]): number[] {
  if (lists.length < 2) return lists[0] ?? [];
  const marks: boolean[] = [];
  let last = -1;
  for (const list of lists) {
    for (const place of list) marks[place] = true;
    last = Math.max(last, list.at(-1) ?? -1);
  }
  const places: number[] = [];
  for (let place = 0; place <= last; place += 1) if (marks[place]) places.push(place);
  return places;
}

/**
 * Returns the message at a position. `ids` is the segment's list of message ids, or a part of it.
 */
export function readId(ids: Buffer, place: number): { id: number; peer: number } {
  return { id: ids.readDoubleLE(place * idBytes), peer: ids.readDoubleLE(place * idBytes + 8) };
}

/** Number of bytes per message in `ids`. */
export const idBytes = 16;

/**
 * Approximate size in bytes of a block of postings (the lists of messages per term). One lookup
 * reads one block.
 */
const blockBytes = 4096;
const wholeRest = 2 ** 31 - 1;

/**
 * Returns the index of the last fence (first term of a block of postings) that is not after `text`,
 * or -1 if there is none. Terms are sorted by UTF-16 units.
 */
function lastAtMost(fences: readonly Fence[], text: string): number {
  let low = 0;
  let high = fences.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fences[middle] as Fence)[0] <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Writes one entry of the postings (the lists of messages per term): a term, the byte length of its
 * positions, and each position as the difference from the previous one. Returns the end offset.
 */
function writeEntry(buffer: Buffer, begin: number, term: string, places: readonly number[]): number {
  let at = writeNumber(buffer, begin, Buffer.byteLength(term));
  at += buffer.write(term, at);
  let bytes = 0;
  let before = -1;
  for (const place of places) {
    bytes += sizeOf(place - before - 1);
    before = place;
  }
  at = writeNumber(buffer, at, bytes);
  before = -1;
  for (const place of places) {
    at = writeNumber(buffer, at, place - before - 1);
    before = place;
  }
  return at;
}

function sizeOf(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : 3;
}

function readList(reader: Reader, end: number): number[] {
  const places: number[] = [];
  let place = -1;
  while (reader.at < end) {
    place += readNumber(reader) + 1;
    places.push(place);
  }
  return places;
}

/**
 * Writes a variable-length integer with seven bits per byte, the lowest bits first. Returns the end
 * offset.
 */
function writeNumber(buffer: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    buffer[next] = (rest & 0x7f) | 0x80;
    next += 1;
    rest >>>= 7;
  }
  buffer[next] = rest;
  return next + 1;
}

function readNumber(reader: Reader): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = reader.slice[reader.at] as number;
    reader.at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/** Returns whether the slice contains the bytes `wanted` at an offset. */
function holds(slice: Buffer, at: number, wanted: Buffer): boolean {
  for (let byte = 0; byte < wanted.length; byte += 1) if (slice[at + byte] !== wanted[byte]) return false;
  return true;
}

interface Reader {
  slice: Buffer;
  at: number;
}

interface Indexed extends Filtered {
  id: number;
}

/** A term to look up: one of its texts, and whether the text is a prefix. */
interface Lookup {
  text: string;
  prefix: boolean;
}

export interface Segment {
  count: number;
  peers: number[];
  fences: string;
  postings: Buffer;
  ids: Buffer;
}

/**
 * A fence is the first term of a block of postings, with the block's offset. Lookups search the
 * fences for the block to read.
 */
export type Fence = [term: string, begin: number];

export interface Slice {
  begin: number;
  length: number;
}
