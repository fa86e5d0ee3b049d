import { table } from '../report/table.ts';

/** Formats a table with one row per kind of search. */
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

/** Formats what it cost to build an index. */
export function showBuilt({ seconds, cpu, bytes }: Built, rows: number): string {
  return `${seconds.toFixed(0)} s, ${cpu.toFixed(1)} us CPU and ${(bytes / rows).toFixed(0)} bytes per message`;
}

/** Measurements of one kind of search. */
export interface SearchRun {
  name: string;
  /** Within one chat. */
  within: boolean;
  /** Ms from the request to the response with the first page. */
  p50: number;
  p95: number;
  /** CPU in ms of the api and PostgreSQL together, per search. */
  cpu: number;
  /** Number of messages on the first page, at most 50. */
  found: number;
}

/** What it cost to build an index. */
export interface Built {
  seconds: number;
  /** CPU in us of the api and PostgreSQL together, per indexed message. */
  cpu: number;
  bytes: number;
}

/**
 * A function that searches for words, either in all chats or in one chat. Resolves with the number
 * of results on the first page.
 */
export type Find = (words: readonly string[], chat: number | undefined) => Promise<number>;
