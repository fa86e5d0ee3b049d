import { describe, expect, it } from 'vitest';
import { faultsOn } from './faults/index.ts';
import { planFaults } from './schedule.ts';

const faults = faultsOn('pair');
const pace = { seed: 7, seconds: 1800, every: 8 };

describe('the schedule of faults', () => {
  it('planFaults returns the same schedule for the same seed, and another schedule for another seed', () => {
    expect(planFaults(pace, faults)).toEqual(planFaults(pace, faults));
    expect(planFaults({ ...pace, seed: 8 }, faults)).not.toEqual(planFaults(pace, faults));
  });

  it.each(['pair', 'cluster'] as const)(
    'planFaults plans at least 200 faults of every kind in half an hour for a Redis %s',
    (redis) => {
      const faults = faultsOn(redis);
      const plan = planFaults(pace, faults);
      expect(plan.length).toBeGreaterThanOrEqual(200);
      expect(new Set(plan.map(({ fault }) => fault)).size).toBe(faults.length);
    },
  );

  it('planFaults replaces faults that the machine cannot cause by other faults', () => {
    const possible = faults.filter(({ impossible }) => impossible === undefined);
    expect(possible.length).toBe(faults.length - 3);
    const plan = planFaults(pace, possible);
    expect(plan.length).toBe(planFaults(pace, faults).length);
    expect(new Set(plan.map(({ fault }) => fault))).toEqual(new Set(possible.map(({ name }) => name)));
  });

  it('planFaults returns faults in ascending order and within the run', () => {
    const times = planFaults(pace, faults).map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(1_800_000);
  });
});
