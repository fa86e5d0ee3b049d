import { Random } from './random.ts';

/** Seconds without faults at the start, while all connect, and at the end. */
const QUIET = 3;

/**
 * When which fault strikes, and what dice it has: the same for the same seed, length and pace. Each kind strikes about as often as its
 * weight says, once at least where there is room, in no order one could expect.
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

/** How long a run is and how often something happens in it, in seconds. */
export interface Pace {
  seed: number;
  seconds: number;
  every: number;
}

interface Kind {
  name: string;
  /** How often it strikes compared to others. */
  weight: number;
}

/** A fault that is to strike. */
export interface Strike {
  /** Ms from the start. */
  at: number;
  fault: string;
  /** Seed of all that it chooses by itself: whom it strikes, and for how long. */
  dice: number;
}
