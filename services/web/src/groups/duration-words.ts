import { linkStrings as strings } from './link-strings.ts';

/** Returns a duration in words, in the largest unit that divides it evenly: "5 minutes". */
export function durationWords(seconds: number): string {
  if (seconds % 86_400 === 0) return strings.days(seconds / 86_400);
  if (seconds % 3600 === 0) return strings.hours(seconds / 3600);
  if (seconds % 60 === 0) return strings.minutes(seconds / 60);
  return strings.seconds(seconds);
}
