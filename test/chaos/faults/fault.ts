import type { Ledger } from '../people/ledger.ts';
import type { Population } from '../people/population.ts';
import type { Writers } from '../people/writers.ts';
import type { Random } from '../random.ts';
import type { System } from '../system/system.ts';

/** Something that goes wrong, and right again. */
export interface Fault {
  name: string;
  /** How often it strikes compared to others. */
  weight: number;
  /** What of the system it takes away; two faults that take the same do not strike at once, so that no promise is asked of what is not there. */
  takes: Part[];
  /** Why it cannot be made on this machine; undefined where it can. */
  impossible?(system: System): string | undefined;
  /** Strikes, and resolves when all is right again; answers what was done, in words. */
  strike(world: World, random: Random): Promise<string>;
}

export type Part = 'gateway' | 'recorder' | 'api' | 'redis' | 'postgres' | 'links' | 'clients' | 'clocks';

/** What there is to strike. */
export interface World {
  system: System;
  population: Population;
  writers: Writers;
  ledger: Ledger;
  /** Times are multiplied by this: below 1 in short runs. */
  scale: number;
}
