import { language } from './i18n.ts';
import { strings } from './strings.ts';

const DAY_MS = 86_400_000;
const locales = { en: 'en', zh: 'zh-CN' } as const;

/** Returns the locale of the interface's language for `Intl`. */
export function locale(): string {
  return locales[language.value];
}

/** Formats the time of day: `14:05`. */
export function timeText(date: number): string {
  return format({ hour: '2-digit', minute: '2-digit', hour12: false }).format(date);
}

/**
 * Formats a day for the line between messages of two days: today, yesterday, a weekday, or a date.
 */
export function dayText(date: number, now = Date.now()): string {
  const days = daysBetween(date, now);
  if (days === 0) return strings.today;
  if (days === 1) return strings.yesterday;
  if (days > 0 && days < 7) return format({ weekday: 'long' }).format(date);
  const year = new Date(date).getFullYear() === new Date(now).getFullYear() ? undefined : ('numeric' as const);
  return format({ day: 'numeric', month: 'long', ...(year && { year }) }).format(date);
}

/** Formats a date briefly: the time if it is today, otherwise the day. */
export function shortText(date: number, now = Date.now()): string {
  const days = daysBetween(date, now);
  if (days === 0) return timeText(date);
  if (days === 1) return strings.yesterday;
  if (days > 0 && days < 7) return format({ weekday: 'short' }).format(date);
  return format({ day: 'numeric', month: 'numeric', year: '2-digit' }).format(date);
}

/** Formats a date as day and time. */
export function momentText(date: number): string {
  return format({ dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** Formats a date as day and time with seconds. */
export function fullText(date: number): string {
  return format({ dateStyle: 'full', timeStyle: 'medium' }).format(date);
}

function daysBetween(date: number, now: number): number {
  return Math.round((startOf(now) - startOf(date)) / DAY_MS);
}

function startOf(date: number): number {
  return new Date(date).setHours(0, 0, 0, 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns an `Intl` date format. Caches formats, because they are slow to create. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  formats.set(key, known);
  return known;
}
