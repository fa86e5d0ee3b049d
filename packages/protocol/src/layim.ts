import type { ReceivedBody } from './bodies.ts';

/** Maximum number of files of LayIM whose addresses in one text grant access. */
const MAX_FILES = 10;

/** The address of a file for LayIM, with or without a seal. */
const addresses = /\/layim\/media\/([1-9]\d{0,15})(?!\d)(?:\/[\w.-]*)?/g;

/**
 * Returns the ids of the media that a body contains: that of its `media`, or those whose LayIM
 * addresses are in its text. At most 10 of a text, each once.
 */
export function mediaOf(body: ReceivedBody): number[] {
  if ('media' in body) return [body.media];
  return body.type === 'text' ? findLayimMedia(body.text) : [];
}

/** Returns the ids of the first 10 media whose LayIM addresses are in a text, each once. */
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
 * Replaces the LayIM addresses in a text, sealed or not. Each address contains the id of the media.
 *
 * @param address returns the new address of a media
 */
export function replaceLayimMedia(text: string, address: (media: number) => string): string {
  return text.replace(addresses, (whole, id: string) =>
    Number.isSafeInteger(Number(id)) ? address(Number(id)) : whole,
  );
}

/** Returns the address of a media without a seal, as messages contain it. It grants nothing. */
export function layimAddress(media: number): string {
  return `/layim/media/${media}`;
}
