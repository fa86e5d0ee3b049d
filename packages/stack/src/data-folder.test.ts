import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDataFolder } from './data-folder.ts';

it('createDataFolder creates a folder with its parents, or throws an error with the reason', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(createDataFolder(join(folder, 'a/b'))).toBe(join(folder, 'a/b'));
  expect(createDataFolder(join(folder, 'a/b'))).toBe(join(folder, 'a/b'));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => createDataFolder(file)).toThrow(
    `Cannot create the data folder ${file}: a file has this name. Choose another one with --data.`,
  );
  expect(() => createDataFolder(join(file, 'data'))).toThrow('a part of the path is a file');
  expect(() => createDataFolder('/proc/parley/data')).toThrow('a folder cannot be created there');
});
