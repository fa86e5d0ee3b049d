import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectRedis } from '@parley/redis';
import { root, temporaryFolder } from '@parley/stack';
import { unrecorded, untilNone } from '../settle.ts';
import type { System } from '../system/system.ts';
import type { Fault } from './fault.ts';

/** Maximum ms until PostgreSQL has everything that Redis holds. */
const RECORDED = 60_000;

/**
 * Restores Redis from a backup that is seconds old, or lets it start empty, and then reconciles the
 * stores, as an operator does. Before that, clients are disconnected and everything is recorded,
 * because what only the lost Redis held would be lost. Gateways and devices still have cursors,
 * refs and messages from the time after the backup.
 */
export const restoreRedis: Fault = {
  name: 'Redis restored from a backup, then reconciled',
  weight: 1,
  takes: ['redis', 'postgres', 'recorder', 'links', 'clocks'],
  strike: async ({ system, scale }, random) => {
    const redis = system.pair;
    const isEmpty = random.chance(0.3);
    const age = Math.round(random.whole(3000, 30_000) * scale);
    const backup = await temporaryFolder('redis-backup');
    const doors = [...system.toGateways, system.toApi];
    try {
      await redis.whole();
      await redis.backUp(join(backup.path, 'copy'));
      await delay(age);
      for (const door of doors) door.disturb({ refuse: true });
      await allRecorded(system);
      await redis.restore(isEmpty ? undefined : join(backup.path, 'copy'));
      await reconcile(system);
    } finally {
      for (const door of doors) door.disturb({});
      await backup.remove();
    }
    return isEmpty ? 'started empty' : `went back ${age} ms`;
  },
};

/** Resolves when PostgreSQL has everything that Redis holds. */
async function allRecorded(system: System): Promise<void> {
  const link = await connectRedis({ url: system.redis.url, name: 'chaos' });
  try {
    const left = await untilNone(() => unrecorded(link), RECORDED);
    if (left.length > 0) throw new Error(`not recorded within ${RECORDED} ms: ${left.slice(0, 3).join('; ')}`);
  } finally {
    await link.close();
  }
}

/** Runs the command that makes restored stores consistent. */
async function reconcile({ redis, postgres }: System): Promise<void> {
  const env = { ...process.env, REDIS_URL: redis.url, DATABASE_URL: postgres.url };
  await promisify(execFile)(process.execPath, [join(root, 'services/recorder/dist/reconcile.js')], { env });
}
