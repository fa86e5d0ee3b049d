import { testDatabase } from '@parley/stack/test';
import { expect, it } from 'vitest';
import { openPool } from '../open-database.ts';
import { bigints, jsons, texts } from './binary-array.ts';

it('PostgreSQL decodes the binary arrays of `bigints`, `texts` and `jsons` to the original values', async () => {
  const pool = openPool({ url: await testDatabase(), maxConnections: 1 });
  const numbers = [0, 1, -1, null, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const strings = ['', null, 'a"b\\{},', '群聊 😀', 'x'.repeat(5000)];
  const objects = [{ a: [1, null, '😀'] }, null, {}];
  const { rows } = await pool.query(
    'select to_json($1::bigint[]) as a, $2::text[] as b, $3::jsonb[] as c, $4::bigint[] as d',
    [...[bigints(numbers), texts(strings)], jsons(objects.map((each) => each && JSON.stringify(each))), bigints([])],
  );
  await pool.end();
  expect(rows[0]).toEqual({ a: numbers, b: strings, c: objects, d: [] });
});
