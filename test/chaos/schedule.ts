import { Random } from './random.ts';

/** Seconds without faults at the start, while all devices connect, and at the end of a run. */
const QUIET = 3;

/**
 * Plans the time and the seed of each fault. The same seed, length and pace result in the same
 * schedule. Each kind of fault occurs in proportion to its weight, in random order, and at least
 * once if there is time.
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

/** Length of a run and average time between two faults, both in seconds, and the seed. */
export interface Pace {
  seed: number;
  seconds: number;
  every: number;
}

interface Kind {
  name: string;
  /** How often this fault occurs relative to other faults. */
  weight: number;
}

/** A scheduled fault. */
export interface Strike {
  /** Ms since the start. */
  at: number;
  fault: string;
  /** Seed for the random choices of the fault: targets and duration. */
  dice: number;
}
