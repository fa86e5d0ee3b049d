import { appendFile, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSmallDisk } from './small-disk.ts';

const disk = await openSmallDisk('disk-test', 1024 * 1024).catch((error: Error) => error);

describe.skipIf(disk instanceof Error)('a small disk', () => {
  it('a small disk rejects writes while it is full, keeps its files, and accepts writes again when space is free', async () => {
    if (disk instanceof Error) throw disk;
    const file = join(disk.path, 'file');
    await writeFile(file, 'a'.repeat(10_000));
    await disk.fill();
    await expect(appendFile(file, 'b'.repeat(10_000))).rejects.toThrow('ENOSPC');
    expect((await readFile(file, 'utf8')).startsWith('a'.repeat(10_000))).toBe(true);
    await disk.free();
    await writeFile(file, 'c'.repeat(20_000));
    expect(await readFile(file, 'utf8')).toBe('c'.repeat(20_000));
    await disk.remove();
    await expect(statfs(disk.path)).rejects.toThrow('ENOENT');
  });
});
