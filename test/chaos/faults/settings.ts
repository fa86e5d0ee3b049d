import { freePort, type ServiceOptions, startService } from '@parley/stack';
import type { Fault } from './fault.ts';

/** Settings that all processes must share, each with another value than the running processes. */
const others: [ServiceOptions['entry'], string, string][] = [
  ['gateway', 'BUCKETS', '32'],
  ['gateway', 'HISTORY', 'relay'],
  ['gateway', 'REPLICAS_ACK', '0'],
  ['gateway', 'SEND_POLICY', 'anyone'],
  ['recorder', 'BUCKETS', '32'],
  ['recorder', 'REPLICAS_ACK', '0'],
];

/** Tries to start one more process with another value of a shared setting. It must not start. */
export const otherSettings: Fault = {
  name: 'start of a process with other shared settings',
  weight: 1,
  takes: ['redis', 'clocks'],
  strike: async ({ system }, random) => {
    const [entry, setting, value] = random.pick(others);
    const { gateways, recorders } = system.stack.processes;
    const [like] = entry === 'gateway' ? gateways : recorders;
    if (!like) throw new Error(`the stack has no ${entry}`);
    // Connects without a proxy, so that only the setting can prevent the start.
    const env = { ...like.options.env, REDIS_URL: system.redis.url, DATABASE_URL: system.postgres.url };
    const options = { ...like.options, name: `${entry}-other`, port: await freePort() };
    const refusal = await startService({ ...options, env: { ...env, [setting]: value } }).then(
      (service) => service.stop().then(() => undefined),
      (error: Error) => error.message,
    );
    if (refusal === undefined) throw new Error(`a ${entry} with ${setting}=${value} started`);
    if (!refusal.includes(`${setting} is ${value} here`)) throw new Error(`${setting}=${value}: ${refusal}`);
    return `a ${entry} with ${setting}=${value} did not start`;
  },
};
