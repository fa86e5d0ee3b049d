import { join } from 'node:path';
import { root } from '@parley/stack';
import { expect, it } from 'vitest';
import { writeLogEvents } from './log-events.ts';

it('the page of log events has every event of the sources: run this test with -u', async () => {
  const page = await writeLogEvents();
  await expect(page).toMatchFileSnapshot(join(root, 'deploy/guides/log-events.md'));
});
