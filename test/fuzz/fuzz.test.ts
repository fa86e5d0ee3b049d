import { expect, it } from 'vitest';
import { fuzz } from './run.ts';

it('random input causes neither crashes nor server errors, and does not change stored messages', async () => {
  const seed = Date.now() % 1_000_000;
  const { parts, faults } = await fuzz({ seed, frames: 5000, requests: 600, weigh: false, report: () => {} });
  expect([`npm run fuzz -- --seed ${seed} --frames 5000 --requests 600`, ...faults]).toHaveLength(1);
  const done = (of: (part: (typeof parts)[number]) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  expect([done((part) => part.frames.frames), done((part) => part.requests.requests)]).toEqual([5000, 600]);
  expect(done((part) => part.frames.messages)).toBeGreaterThan(50);
}, 120_000);
