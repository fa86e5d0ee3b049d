import { runService } from '@parley/service';
import { readConfig } from './config.ts';
import { startApi } from './start-api.ts';

await runService({
  name: 'api',
  start: async ({ env, log, onStop }) => {
    const config = readConfig(env);
    log.level = config.logLevel;
    const api = await startApi(config, log);
    onStop('api', () => api.stop());
    log.info({ url: api.url }, 'listening');
  },
});
