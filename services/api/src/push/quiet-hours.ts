import type { QuietHours } from '@parley/protocol';

/** The local time of each time zone at one moment. */
export class ZoneClocks {
  readonly #date: number;
  readonly #times = new Map<string, string>();

  /** @param date the moment in Unix ms */
  constructor(date: number) {
    this.#date = date;
  }

  /**
   * Returns whether the moment is within a user's quiet hours. `hours` is null if the user has
   * none.
   */
  isQuiet(hours: QuietHours | null): boolean {
    if (!hours) return false;
    const { from, to } = hours;
    const time = this.#timeIn(hours.timeZone);
    return from < to ? from <= time && time < to : from <= time || time < to;
  }

  /** Returns the time of day in a time zone as `HH:MM`. */
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
