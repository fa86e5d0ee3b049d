import type { Ledger } from '../people/ledger.ts';
import type { Population } from '../people/population.ts';
import type { Writers } from '../people/writers.ts';
import type { Random } from '../random.ts';
import type { System } from '../system/system.ts';

/** A fault that is caused and then repaired. */
export interface Fault {
  name: string;
  /** Relative frequency of the fault. */
  weight: number;
  /**
   * The parts of the system that the fault stops. Two faults that stop the same part never overlap,
   * because no promise covers that.
   */
  takes: Part[];
  /** Why this machine cannot produce the fault. Undefined if it can. */
  impossible?(system: System): string | undefined;
  /** Causes the fault. Resolves with a description when it is repaired. */
  strike(world: World, random: Random): Promise<string>;
}

export type Part = 'gateway' | 'recorder' | 'api' | 'redis' | 'postgres' | 'links' | 'clients' | 'clocks';

/** The parts of the system that faults can affect. */
export interface World {
  system: System;
  population: Population;
  writers: Writers;
  ledger: Ledger;
  /** A factor for all times. Short runs use less than 1. */
  scale: number;
}
