import { expect, it } from 'vitest';
import { writeMarkdown } from './report/markdown.ts';
import { runChaos } from './run.ts';

it('nothing is lost, doubled, out of order or misdelivered, and what is recorded is whole, while everything fails in turn', async () => {
  const outcome = await runChaos({ seed: 20, seconds: 60, clients: 20, rate: 40, every: 2 });
  const report = writeMarkdown(outcome, 'now');
  // A run in which nobody could write, or nothing failed, would show nothing.
  expect(outcome.figures.acknowledged, report).toBeGreaterThan(200);
  expect(outcome.strikes.length, report).toBeGreaterThan(15);
  // Whether devices show the same marks is for the long run to say.
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
