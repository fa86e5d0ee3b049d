import type { Ledger } from '../people/ledger.ts';
import type { Population } from '../people/population.ts';
import type { Writers } from '../people/writers.ts';
import type { Random } from '../random.ts';
import type { System } from '../system/system.ts';

/** A kind of fault, such as a killed gateway, which the run causes and repairs. */
export interface Fault {
  name: string;
  /** How often this fault is caused relative to other faults. */
  weight: number;
  /**
   * Parts of the system that the fault disables. Two faults that disable the same part never
   * overlap, because Parley does not promise to survive that.
   */
  takes: Part[];
  /** Returns why this machine cannot cause the fault. Undefined if it can. */
  impossible?(system: System): string | undefined;
  /** Causes the fault and repairs it. Resolves with a description for the report. */
  strike(world: World, random: Random): Promise<string>;
}

export type Part = 'gateway' | 'recorder' | 'api' | 'redis' | 'postgres' | 'links' | 'clients' | 'clocks' | 'hostile';

/** The parts of the running system that faults act on. */
export interface World {
  system: System;
  population: Population;
  writers: Writers;
  ledger: Ledger;
  /** Factor by which faults multiply their durations. It is below 1 in short runs. */
  scale: number;
}
