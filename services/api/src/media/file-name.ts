import { limits } from '@parley/protocol';

/**
 * Makes a file's name of what an uploader says: the last part of a path, on one line, without
 * control characters and without those that turn the direction of writing (`gnp.exe` must not look
 * like `exe.png`). At most as long as a message's body takes; the ending stays.
 */
export function cleanFileName(given: string): string {
  const name = (given.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '').replace(unwanted, '').trim();
  if (/^\.*$/.test(name)) return 'file';
  const characters = [...name];
  if (characters.length <= limits.mediaName) return name;
  const ending = /\.[\p{L}\p{N}]{1,16}$/u.exec(name)?.[0] ?? '';
  return characters.slice(0, limits.mediaName - [...ending].length).join('') + ending;
}

const unwanted = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu;

/** The header that names a file (RFC 6266): once in ASCII for old clients, once in full. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const full = encodeURIComponent(name).replace(/['()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}
