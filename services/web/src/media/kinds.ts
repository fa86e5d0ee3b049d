import type { Body } from '@parley/protocol';

/** Returns the kind of message for a MIME type. A type that browsers cannot show becomes `file`. */
export function kindOf(mime: string): MediaKind {
  const type = mime.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^image\/(jpeg|png|gif|webp|avif)$/.test(type)) return 'image';
  if (/^video\/(mp4|webm|ogg|quicktime)$/.test(type)) return 'video';
  if (/^audio\/(mpeg|mp4|ogg|webm|wav|x-wav|aac|flac|x-m4a)$/.test(type)) return 'audio';
  return 'file';
}

/** Formats a number of bytes: `1.4 MB`. */
export function sizeText(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const digits = step === 0 ? 0 : 1;
  const unit = units[step] ?? 'byte';
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(bytes / 1000 ** step);
}

/** Seconds as `1:05`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/**
 * Returns the extension of a file name in capitals, up to four letters. Empty if the name has none.
 */
export function extensionOf(name: string): string {
  return /\.([A-Za-z0-9]{1,4})$/.exec(name)?.[1]?.toUpperCase() ?? '';
}

export type MediaKind = 'image' | 'video' | 'audio' | 'file';
export type MediaBody = Extract<Body, { media: number }>;
