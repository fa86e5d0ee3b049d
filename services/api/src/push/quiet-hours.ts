import type { QuietHours } from '@parley/protocol';

/** The clocks of all time zones at one moment. */
export class ZoneClocks {
  readonly #date: number;
  readonly #times = new Map<string, string>();

  /** @param date Unix ms */
  constructor(date: number) {
    this.#date = date;
  }

  /** Returns whether it is within the quiet hours of a user. Null: the user has none. */
  isQuiet(hours: QuietHours | null): boolean {
    if (!hours) return false;
    const { from, to } = hours;
    const time = this.#timeIn(hours.timeZone);
    return from < to ? from <= time && time < to : from <= time || time < to;
  }

  /** Returns the time of day as `HH:MM`. */
  #timeIn(timeZone: string): string {
    let time = this.#times.get(timeZone);
    if (time === undefined) {
      const options = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
      time = new Intl.DateTimeFormat('en-GB', options).format(this.#date);
      this.#times.set(timeZone, time);
    }
    return time;
  }
}
