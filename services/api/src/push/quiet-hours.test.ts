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
  ])('%s is within the quiet hours from 13:00 to 14:30 in Berlin: %s', (date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '13:00', '14:30')).toBe(quiet);
  });

  it.each([
    ['2026-07-01T13:59:00Z', false],
    ['2026-07-01T14:00:00Z', true],
    ['2026-07-01T16:00:00Z', true],
    ['2026-07-01T22:59:00Z', true],
    ['2026-07-01T23:00:00Z', false],
  ])('%s is within the quiet hours from 22:00 to 07:00 in Shanghai: %s', (date, quiet) => {
    expect(isQuiet(date, 'Asia/Shanghai', '22:00', '07:00')).toBe(quiet);
  });

  it.each([
    ['2026-03-28T05:30:00Z', true],
    ['2026-03-29T04:30:00Z', true],
    ['2026-03-29T05:30:00Z', false],
    ['2026-10-24T05:30:00Z', false],
    ['2026-10-25T05:30:00Z', true],
    ['2026-10-25T06:30:00Z', false],
  ])('%s, in summer or winter time, is within the quiet hours from 22:00 to 07:00 in Berlin: %s', (date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '22:00', '07:00')).toBe(quiet);
  });

  it.each([
    ['the hour that the change to summer time skips', '2026-03-29T01:00:00Z', false],
    ['the first pass of the hour that the change to winter time repeats', '2026-10-25T00:30:00Z', true],
    ['the second pass of the hour that the change to winter time repeats', '2026-10-25T01:30:00Z', true],
  ])('%s (%s) is within the quiet hours from 02:00 to 03:00 in Berlin: %s', (_, date, quiet) => {
    expect(isQuiet(date, 'Europe/Berlin', '02:00', '03:00')).toBe(quiet);
  });

  it('a user without quiet hours always receives notifications', () => {
    expect(new ZoneClocks(0).isQuiet(null)).toBe(false);
  });
});
