import { fileTypeFromBuffer } from 'file-type';

/**
 * Detects the MIME type of a file from its first bytes, not from its name. Returns `text/plain` for
 * readable text, and `application/octet-stream` if the type is unknown.
 *
 * @param head the first {@link headBytes} bytes, or all bytes of a smaller file
 * @param said the type that the uploader declares. It decides only between video and audio, which
 * share container formats
 */
export async function sniff(head: Buffer, said: string): Promise<string> {
  const mime = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime.split(';')[0];
  if (mime === undefined) return isText(head) ? 'text/plain' : 'application/octet-stream';
  const plain = sameAs[mime] ?? mime;
  return plain.startsWith('video/') && said.split(';')[0] === plain.replace('video/', 'audio/')
    ? (said.split(';')[0] ?? plain)
    : plain;
}

/** Number of bytes at the beginning of a file that are examined. */
export const headBytes = 16 * 1024;

/**
 * Types that a page is allowed to display or play inline. Files of all other types are downloads.
 * None of these types can contain a script.
 */
export const inlineTypes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/webm',
  'audio/wav',
  'audio/flac',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
]);

/** Picture types for which the api measures the size and makes a thumbnail. */
export const pictureTypes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
]);

/** Maps detected types to the names that browsers use for them. */
const sameAs: Record<string, string> = {
  'image/apng': 'image/png',
  'audio/x-m4a': 'audio/mp4',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/opus': 'audio/ogg',
  'video/x-m4v': 'video/mp4',
  'application/ogg': 'video/ogg',
  'video/matroska': 'video/x-matroska',
};

function isText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  try {
    // Decodes as a stream, because the last character can be incomplete.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
