import { testsOnCluster } from '@parley/stack';
import { expect, it } from 'vitest';
import { passed, writeMarkdown } from './report/markdown.ts';
import { runChaos } from './run.ts';

it('no message is lost, duplicated or reordered while faults of every kind occur', async () => {
  const outcome = await runChaos({ seed: 20, seconds: 60, clients: 20, rate: 40, every: 2, cluster: testsOnCluster });
  const report = writeMarkdown(outcome, 'now');
  // A run without messages or faults would prove nothing.
  expect(outcome.figures.acknowledged, report).toBeGreaterThan(200);
  expect(outcome.strikes.length, report).toBeGreaterThan(15);
  expect(passed(outcome), report).toBe(true);
}, 400_000);
