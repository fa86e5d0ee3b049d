import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('options of the benchmark', () => {
  it('readOptions defaults to the benchmark `live` on both systems', () => {
    expect(readOptions([])).toMatchObject({
      benchmark: 'live',
      systems: ['parley', 'socketio'],
      windows: [1, 8, 32],
      pairs: 200,
    });
  });

  it('readOptions reads the benchmark and its options from the command line', () => {
    expect(readOptions(['rate', '--rate', '500', '--only', 'parley', '--profile', 'gateways'])).toMatchObject({
      benchmark: 'rate',
      rate: 500,
      systems: ['parley'],
      profile: 'gateways',
    });
  });

  it.each([
    [['live', 'idle'], /One benchmark/],
    [['--only', 'other'], /--only/],
    [['--windows', '1,x'], /--windows/],
    [['--pairs', '0'], /--pairs/],
    [['--rounds', 'x'], /--rounds/],
    [['--profile', 'disk'], /--profile/],
    [['--unknown'], /unknown/],
  ])('the command line rejects %j', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });
});
