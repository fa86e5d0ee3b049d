import { table } from '../report/table.ts';

/** Formats searches as a table. */
export function showRuns(title: string, runs: readonly SearchRun[]): string {
  const digits = (value: number) => value.toFixed(1);
  return table([
    [title, 'p50, ms', 'p95, ms', 'CPU, ms', 'found'],
    ...runs.map(({ name, within, p50, p95, cpu, found }) => [
      `${name}${within ? ', in one chat' : ''}`,
      digits(p50),
      digits(p95),
      digits(cpu),
      digits(found),
    ]),
  ]);
}

/** Formats the cost of an index. */
export function showBuilt({ seconds, cpu, bytes }: Built, rows: number): string {
  return `${seconds.toFixed(0)} s, ${cpu.toFixed(1)} us CPU and ${(bytes / rows).toFixed(0)} bytes per message`;
}

/** The searches of one kind. */
export interface SearchRun {
  name: string;
  /** Within one chat. */
  within: boolean;
  /** Ms from the request to the response. */
  p50: number;
  p95: number;
  /** CPU of the api and PostgreSQL per search. */
  cpu: number;
  /** Messages on the first page, at most 50. */
  found: number;
}

/** The cost of building an index. */
export interface Built {
  seconds: number;
  /** CPU of the api and PostgreSQL, in us per message. */
  cpu: number;
  bytes: number;
}

/**
 * Searches words, in all chats or in one. Resolves with the number of results on the first page.
 */
export type Find = (words: readonly string[], chat: number | undefined) => Promise<number>;
