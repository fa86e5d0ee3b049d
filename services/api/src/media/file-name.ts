import { limits } from '@parley/protocol';

/**
 * Cleans the name of an uploaded file: keeps the last part of the path, on one line, without
 * control characters and bidirectional controls (so that `gnp.exe` cannot be displayed as
 * `exe.png`). Shortens the name to the limit of a message body, but keeps the extension.
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

/**
 * Builds the `Content-Disposition` header (RFC 6266). It contains the full name, and an ASCII
 * version for old clients.
 */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const full = encodeURIComponent(name).replace(/['()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}
