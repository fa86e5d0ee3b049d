import { joinInstallation, recorderFeatures } from '@parley/redis';
import { runService } from '@parley/service';
import { readConfig } from './config.ts';
import { startRecorder } from './start-recorder.ts';

await runService({
  name: 'recorder',
  async start({ env, log, onStop }) {
    const config = readConfig(env);
    log.level = config.logLevel;
    const join = joinInstallation({
      url: config.redisUrl,
      buckets: config.buckets,
      service: 'recorder',
      durability: config.redisDurability,
      settings: { REPLICAS_ACK: String(config.replicasAck), ...recorderFeatures },
    });
    onStop('shared settings', await join);
    const { port } = await startRecorder(config, log, onStop);
    log.info({ port, batch: config.batch, wait: config.wait }, 'recording');
  },
});
