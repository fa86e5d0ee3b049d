import { fingerprint, joinInstallation } from '@parley/redis';
import { createMetrics, runService } from '@parley/service';
import { type Config, readConfig } from './config.ts';
import { startGateway } from './start-gateway.ts';

/** Maximum ms that the process needs to stop. Longer than the longest drain time. */
const STOP_TIMEOUT_MS = 3_700_000;

await runService({
  name: 'gateway',
  stopWithin: STOP_TIMEOUT_MS,
  // Keeps the process running after an unhandled rejection. Thousands of connections depend on the
  // process, and they share no state that a failed connection could corrupt.
  surviveRejections: true,
  start: async ({ env, log, onStop }) => {
    const config = readConfig(env);
    log.level = config.logLevel;
    onStop('shared settings', await join(config));
    const gateway = await startGateway(config, { log, metrics: createMetrics('gateway') });
    onStop('gateway', () => gateway.stop());
    onStop('connections', () => gateway.drain());
    log.info({ gateway: gateway.id, port: gateway.port }, 'listening');
  },
});

function join(config: Config): Promise<() => Promise<void>> {
  return joinInstallation({
    url: config.redisUrl,
    buckets: config.buckets,
    service: 'gateway',
    durability: config.redisDurability,
    settings: {
      HISTORY: config.history,
      SESSION_POLICY: config.sessionPolicy,
      SEND_POLICY: config.sendPolicy,
      REPLICAS_ACK: String(config.replicasAck),
      ...(config.tokenSecret !== undefined && { TOKEN_SECRET: fingerprint(config.tokenSecret) }),
      TOKEN_ISSUERS: fingerprint(JSON.stringify(config.tokenIssuers)),
    },
  });
}
