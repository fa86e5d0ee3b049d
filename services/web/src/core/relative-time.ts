import { language } from './i18n.ts';

/**
 * Returns a past time relative to now, such as "5 minutes ago" or "yesterday", or a date if it is
 * older than a week. `date` and `now` are in Unix ms.
 */
export function relativeTime(date: number, now = Date.now()): string {
  const seconds = Math.min(0, Math.round((date - now) / 1000));
  const locale = language.value === 'zh' ? 'zh-CN' : 'en';
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (seconds > -60) return relative.format(0, 'second');
  if (seconds > -3600) return relative.format(Math.trunc(seconds / 60), 'minute');
  if (seconds > -86_400) return relative.format(Math.trunc(seconds / 3600), 'hour');
  if (seconds > -7 * 86_400) return relative.format(Math.trunc(seconds / 86_400), 'day');
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(date);
}
