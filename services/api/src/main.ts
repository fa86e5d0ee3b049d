import { joinInstallation } from '@parley/redis';
import { runService } from '@parley/service';
import { type ApiConfig, readConfig } from './config.ts';
import { sharedSettings } from './shared-settings.ts';
import { startApi } from './start-api.ts';

await runService({
  name: 'api',
  start: async ({ env, log, onStop }) => {
    const config = readConfig(env);
    log.level = config.logLevel;
    onStop('shared settings', await join(config));
    const api = await startApi(config, log);
    onStop('api', () => api.stop());
    log.info({ url: api.url }, 'listening');
  },
});

function join(config: ApiConfig): Promise<() => Promise<void>> {
  return joinInstallation({
    url: config.redis.url,
    buckets: config.redis.buckets,
    service: 'api',
    durability: config.redisDurability,
    settings: sharedSettings(config),
  });
}
