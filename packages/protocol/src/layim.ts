import type { ReceivedBody } from './bodies.ts';

/**
 * Maximum number of LayIM files in one text that the message grants access to. LayIM, a third-party
 * chat UI, embeds files by their address in the text.
 */
const MAX_FILES = 10;

/**
 * Matches the address of a LayIM file, with or without a seal (a signature in its last segment).
 */
const addresses = /\/layim\/media\/([1-9]\d{0,15})(?!\d)(?:\/[\w.-]*)?/g;

/**
 * Returns the ids of the media files that a body contains: the id in its field `media`, or the ids
 * of the first 10 different LayIM files whose addresses are in its text.
 */
export function mediaOf(body: ReceivedBody): number[] {
  if ('media' in body) return [body.media];
  return body.type === 'text' ? findLayimMedia(body.text) : [];
}

/** Returns the ids of the first 10 different LayIM files whose addresses are in a text. */
export function findLayimMedia(text: string): number[] {
  if (!text.includes('/layim/media/')) return [];
  const ids = new Set<number>();
  for (const [, id] of text.matchAll(addresses)) {
    if (Number.isSafeInteger(Number(id))) ids.add(Number(id));
    if (ids.size === MAX_FILES) break;
  }
  return [...ids];
}

/**
 * Replaces the addresses of LayIM files in a text, signed or not. Leaves other text unchanged.
 *
 * @param address returns the new address of a media file
 */
export function replaceLayimMedia(text: string, address: (media: number) => string): string {
  return text.replace(addresses, (whole, id: string) =>
    Number.isSafeInteger(Number(id)) ? address(Number(id)) : whole,
  );
}

/**
 * Returns the address of a media file in the form that messages contain, without a seal (a
 * signature). Without a seal, an address grants no access.
 */
export function layimAddress(media: number): string {
  return `/layim/media/${media}`;
}
