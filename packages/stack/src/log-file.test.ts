import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLogFile } from './log-file.ts';
import { temporaryFolder } from './process/folder.ts';

it('a log file keeps the newest lines and uses at most twice the limit of bytes', async () => {
  const folder = await temporaryFolder('log');
  const path = join(folder.path, 'logs/service.log');
  const log = openLogFile(path, 1000);
  for (let line = 1; line <= 500; line++) log(`line ${line}\n`);
  expect(readFileSync(path, 'utf8')).toMatch(/line 500\n$/);
  expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThan(2100);
  await folder.remove();
});

it('openLogFile appends to an existing log file', async () => {
  const folder = await temporaryFolder('log');
  const path = join(folder.path, 'service.log');
  openLogFile(path)('first\n');
  openLogFile(path)('second\n');
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  await folder.remove();
});
