import { Random } from './random.ts';

/** Seconds without faults, at the start, while all devices connect, and at the end. */
const QUIET = 3;

/**
 * Returns the time and seed of each fault. The same seed, length and pace give the same schedule.
 * Each kind is caused in proportion to its weight, at least once if there is time, in random order.
 */
export function planFaults({ seed, seconds, every }: Pace, kinds: readonly Kind[]): Strike[] {
  const random = new Random(seed);
  const count = Math.max(1, Math.floor((seconds - 2 * QUIET) / every));
  const bag: Kind[] = [];
  const chosen: Kind[] = random.shuffle(kinds).slice(0, count);
  while (chosen.length < count) {
    if (bag.length === 0) bag.push(...random.shuffle(kinds.flatMap((kind) => Array<Kind>(kind.weight).fill(kind))));
    chosen.push(bag.pop() as Kind);
  }
  const room = (seconds - 2 * QUIET) / count;
  return chosen.map(({ name }, index) => ({
    at: Math.round(1000 * (QUIET + room * (index + 0.8 * random.next()))),
    fault: name,
    dice: random.whole(0, 2 ** 31),
  }));
}

/** The length of a run and the average time between faults, in seconds. */
export interface Pace {
  seed: number;
  seconds: number;
  every: number;
}

interface Kind {
  name: string;
  /** Relative frequency of the fault. */
  weight: number;
}

/** A scheduled fault. */
export interface Strike {
  /** Ms since the start. */
  at: number;
  fault: string;
  /** Seed for the choices of the fault: its targets and its duration. */
  dice: number;
}
