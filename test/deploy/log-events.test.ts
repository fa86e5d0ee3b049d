import { join } from 'node:path';
import { root } from '@parley/stack';
import { expect, it } from 'vitest';
import { writeLogEvents } from './log-events.ts';

it('the page of log events lists every event in the sources (if it fails, run it with -u)', async () => {
  const page = await writeLogEvents();
  await expect(page).toMatchFileSnapshot(join(root, 'deploy/guides/log-events.md'));
});
