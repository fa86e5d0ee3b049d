import { type RedisConnection, readBackups } from '@parley/redis';
import { Gauge, type Registry } from '@parley/service';

/** Ms between two readings of the backup dates. */
const INTERVAL_MS = 15_000;

/**
 * Exports the metric `parley_backup_timestamp_seconds{store}`: when the last backup of each store
 * was made. Backup scripts write this date to Redis. Returns a function that stops the readings.
 */
export function watchBackups(metrics: Registry, redis: RedisConnection): () => void {
  const gauge = new Gauge({
    name: 'parley_backup_timestamp_seconds',
    help: 'Unix time of the last backup of a store, as the backup noted it in Redis.',
    labelNames: ['store'] as const,
    registers: [metrics],
  });
  let reading = false;
  const read = async () => {
    if (reading) return;
    reading = true;
    try {
      const backups = await readBackups(redis);
      gauge.reset();
      for (const [store, seconds] of Object.entries(backups)) gauge.set({ store }, seconds);
    } catch {
      // Keeps the last values while Redis is unavailable, because other metrics report that.
    } finally {
      reading = false;
    }
  };
  read();
  const timer = setInterval(read, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
