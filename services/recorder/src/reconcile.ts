import { openDatabase, openPool } from '@parley/database';
import { connectRedis } from '@parley/redis';
import { integer, readEnv, runTask, text, url } from '@parley/service';
import { reconcileStores } from './reconcile/reconcile-stores.ts';

/**
 * The command `node reconcile.js`, which reconciles Redis and PostgreSQL after one or both were
 * restored from a backup. Run it while gateways are stopped, or while they refuse to serve because
 * the stores do not belong together. Idempotent: run it again if it was interrupted.
 */
await runTask({
  name: 'reconcile',
  run: async ({ env, log }) => {
    const values = readEnv(env, {
      REDIS_URL: text({ default: 'redis://127.0.0.1:6379' }),
      DATABASE_URL: url<string>(['postgres', 'postgresql']),
      BUCKETS: integer({ min: 1, max: 16_384, default: 64 }),
    });
    const name = 'parley-reconcile';
    const redis = await connectRedis({ url: values.REDIS_URL, buckets: values.BUCKETS, name });
    await using db = openDatabase({ url: values.DATABASE_URL, maxConnections: 2, name });
    const pool = openPool({ url: values.DATABASE_URL, maxConnections: 1, name });
    try {
      log.info(await reconcileStores({ redis, db, pool, log }), 'stores reconciled');
    } finally {
      await Promise.all([redis.close(), pool.end()]);
    }
  },
});
