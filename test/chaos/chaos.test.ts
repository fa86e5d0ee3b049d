import { expect, it } from 'vitest';
import { writeMarkdown } from './report/markdown.ts';
import { runChaos } from './run.ts';

it('nothing is lost, doubled, out of order or misdelivered, and what is recorded is whole, while everything fails in turn', async () => {
  const outcome = await runChaos({ seed: 20, seconds: 60, clients: 20, rate: 40, every: 2 });
  const report = writeMarkdown(outcome, 'now');
  // A run in which nobody could write, or nothing failed, would show nothing.
  expect(outcome.figures.acknowledged, report).toBeGreaterThan(200);
  expect(outcome.strikes.length, report).toBeGreaterThan(15);
  // What devices show of marks is in the report, and looked at by the long run: a mark that was recorded, and whose Redis failed before
  // its replica had it and its writer had an answer, is not told to the peer.
  expect(
    outcome.faults.filter(({ kind }) => kind !== 'unequal'),
    report,
  ).toEqual([]);
  expect(
    outcome.database.filter(({ faults }) => faults > 0),
    report,
  ).toEqual([]);
  expect(
    outcome.strikes.filter(({ failed }) => failed),
    report,
  ).toEqual([]);
}, 400_000);
