import { createMetrics, runService } from '@parley/service';
import { readConfig } from './config.ts';
import { startServer } from './socket/server.ts';
import { startGateway } from './start-gateway.ts';

await runService({
  name: 'gateway',
  // The drain takes its time; what is over after it is a mistake.
  stopWithin: 3_700_000,
  start: async ({ env, log, onStop }) => {
    const config = readConfig(env);
    log.level = config.logLevel;
    const gateway = await startGateway(config, { log, metrics: createMetrics('gateway') });
    onStop('gateway', () => gateway.stop());
    const server = await startServer(gateway);
    onStop('server', async () => {
      await gateway.drain();
      server.stop();
    });
    log.info({ gateway: gateway.id, port: server.port }, 'listening');
  },
});
