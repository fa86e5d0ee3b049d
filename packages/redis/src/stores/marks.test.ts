import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readMarks, writeMarks } from './marks.ts';

onEachRedis((redis) => {
  it('writeMarks advances the progress mark on every server, and moves it back only if forced', async () => {
    const { connection } = redis;
    const at = (mark: number, installation = 'a') => ({ installation, mark, nonce: `n${mark}` });
    await writeMarks(connection, at(5), { force: true });
    await writeMarks(connection, at(4));
    await writeMarks(connection, at(9, 'b'));
    const marks = await readMarks(connection);
    expect(marks).toHaveLength(connection.clustered ? 64 : 1);
    expect(new Set(marks.map((mark) => mark?.mark))).toEqual(new Set([5]));
    await writeMarks(connection, at(6));
    expect((await readMarks(connection))[0]).toEqual(at(6));
    await writeMarks(connection, at(1, 'b'), { force: true });
    expect((await readMarks(connection)).at(-1)).toEqual(at(1, 'b'));
  });
});
