import { hostname } from 'node:os';
import { checkServers, type Durability } from './check-servers.ts';
import { connectRedis } from './redis-connection.ts';
import { shareSettings } from './share-settings.ts';

/**
 * Checks, before a process serves clients, that Redis is configured so that it keeps messages, and
 * that all running processes have the same shared settings. Rejects with an error that lists all
 * problems. Returns a function that unregisters this process.
 */
export async function joinInstallation({
  url,
  buckets,
  service,
  durability,
  settings,
}: InstallationOptions): Promise<() => Promise<void>> {
  const redis = await connectRedis({ url, buckets, name: `parley-${service}-settings` });
  try {
    await checkServers(redis, durability);
    const name = `${service} ${hostname()}:${process.pid}`;
    const leave = await shareSettings(redis, name, { BUCKETS: String(buckets), ...settings });
    return async () => {
      await leave();
      await redis.close();
    };
  } catch (error) {
    await redis.close();
    throw error;
  }
}

export interface InstallationOptions {
  url: string;
  buckets: number;
  /** Name of the service. It appears in the errors of other processes whose settings differ. */
  service: string;
  durability: Durability;
  /**
   * Settings that all processes must share, by environment variable, without `BUCKETS`. Secrets are
   * passed as fingerprints.
   */
  settings: Readonly<Record<string, string>>;
}
