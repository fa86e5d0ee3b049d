import { describe, expect, it } from 'vitest';
import {
  compareStores,
  DATABASE_WENT_BACK,
  type DatabaseProgress,
  type Progress,
  REDIS_WENT_BACK,
} from './compare-stores.ts';

const database: DatabaseProgress = { installation: 'here', mark: 9, nonce: 'n9', previous: 'n8' };
const at = (mark: number, nonce = `n${mark}`): Progress => ({ installation: 'here', mark, nonce });

describe('compareStores', () => {
  it.each<[string, (Progress | undefined)[], string]>([
    ['the same mark', [at(9)], 'equal'],
    ['the mark before', [at(8)], 'behind'],
    ['the mark before on one of several servers', [at(9), at(8)], 'behind'],
    ['no mark', [undefined], 'empty'],
    ['no mark on one of several servers', [at(9), undefined], 'empty'],
    ['a mark that PostgreSQL has not reached', [at(10)], DATABASE_WENT_BACK],
    ['the same mark, assigned by another database', [at(9, 'other')], DATABASE_WENT_BACK],
    ['the mark before, assigned by another database', [at(8, 'other')], DATABASE_WENT_BACK],
    ['an old mark', [at(7)], REDIS_WENT_BACK],
    ['an old mark on one of several servers', [at(9), at(3)], REDIS_WENT_BACK],
  ])('finds Redis with %s', (_, marks, expected) => {
    const found = compareStores(database, marks);
    expect(found.state === 'mismatch' ? found.reason : found.state).toBe(expected);
  });

  it('compareStores reports both installation ids if they differ', () => {
    const found = compareStores(database, [{ ...at(9), installation: 'elsewhere' }]);
    expect(found).toMatchObject({ state: 'mismatch', reason: expect.stringMatching(/elsewhere.*here/) });
  });
});
