import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the command line', () => {
  it('defaults to the live benchmark of both systems', () => {
    expect(readOptions([])).toMatchObject({
      benchmark: 'live',
      systems: ['parley', 'socketio'],
      windows: [1, 8, 32],
      pairs: 200,
    });
  });

  it('reads a benchmark and its options', () => {
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
    [['--profile', 'disk'], /--profile/],
    [['--unknown'], /unknown/],
  ])('rejects %j', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });
});
