import { describe, expect, it } from 'vitest';
import { ZoneClocks } from './quiet-hours.ts';

const isQuiet = (date: string, timeZone: string, from: string, to: string) =>
  new ZoneClocks(Date.parse(date)).isQuiet({ timeZone, from, to });

describe('quiet hours', () => {
  it.each([
    ['2026-07-01T10:59:00Z', false],
    ['2026-07-01T11:00:00Z', true],
    ['2026-07-01T12:29:59Z', true],
    ['2026-07-01T12:30:00Z', false],
  ])('on one day, %s in Berlin is quiet from 13:00 to 14:30: %s', (date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '13:00', '14:30')).toBe(quiet);
  });

  it.each([
    ['2026-07-01T13:59:00Z', false],
    ['2026-07-01T14:00:00Z', true],
    ['2026-07-01T16:00:00Z', true],
    ['2026-07-01T22:59:00Z', true],
    ['2026-07-01T23:00:00Z', false],
  ])('over midnight, %s in Shanghai is quiet from 22:00 to 07:00: %s', (date, quiet) => {
    expect(isQuiet(date, 'Asia/Shanghai', '22:00', '07:00')).toBe(quiet);
  });

  it.each([
    ['2026-03-28T05:30:00Z', true],
    ['2026-03-29T04:30:00Z', true],
    ['2026-03-29T05:30:00Z', false],
    ['2026-10-24T05:30:00Z', false],
    ['2026-10-25T05:30:00Z', true],
    ['2026-10-25T06:30:00Z', false],
  ])('the clocks of summer and winter time decide: %s in Berlin is quiet from 22:00 to 07:00: %s', (date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '22:00', '07:00')).toBe(quiet);
  });

  it.each([
    ['the hour that the change to summer time skips', '2026-03-29T01:00:00Z', false],
    ['the first pass of the hour that the change to winter time repeats', '2026-10-25T00:30:00Z', true],
    ['its second pass', '2026-10-25T01:30:00Z', true],
  ])('%s, from 02:00 to 03:00: %s', (_, date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '02:00', '03:00')).toBe(quiet);
  });

  it('a user without quiet hours always receives notifications', () => {
    expect(new ZoneClocks(0).isQuiet(null)).toBe(false);
  });
});
