import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, World } from './fault.ts';
import { revive } from './revive.ts';

/** Kills a gateway, which breaks all its connections. */
export const killGateway: Fault = {
  name: 'kill -9 of a gateway',
  weight: 3,
  takes: ['gateway'],
  strike: async ({ system, scale }, random) => {
    const gateway = random.pick(system.stack.processes.gateways);
    await gateway.kill();
    await delay(random.whole(0, 3000) * scale);
    await revive(gateway);
    return gateway.name;
  },
};

export const killRecorder: Fault = {
  name: 'kill -9 of a recorder',
  weight: 3,
  takes: ['recorder'],
  strike: async ({ system, scale }, random) => {
    const recorder = random.pick(system.stack.processes.recorders);
    await recorder.kill();
    await delay(random.whole(0, 12_000) * scale);
    await revive(recorder);
    return recorder.name;
  },
};

export const killApi: Fault = {
  name: 'kill -9 of the api',
  weight: 2,
  takes: ['api'],
  strike: async ({ system, scale }, random) => {
    await system.stack.processes.api.kill();
    await delay(random.whole(0, 3000) * scale);
    await revive(system.stack.processes.api);
    return 'api';
  },
};

/** Restarts the gateways one after the other, as a rolling update does. */
export const drain: Fault = {
  name: 'SIGTERM',
  weight: 3,
  takes: ['gateway', 'recorder', 'api'],
  strike: async ({ system }, random) => {
    const service = random.pick(servicesOf(system));
    await revive(service);
    return service.name;
  },
};

/** Freezes a process and resumes it later, as if its machine had paused. */
export const freeze: Fault = {
  name: 'SIGSTOP, then SIGCONT',
  weight: 3,
  takes: ['gateway', 'recorder', 'api'],
  strike: async ({ system, scale }, random) => {
    const service = random.pick(servicesOf(system));
    const ms = Math.round(random.whole(1000, 20_000) * scale);
    await service.kill('SIGSTOP');
    await delay(ms);
    await service.kill('SIGCONT');
    return `${service.name} for ${ms} ms`;
  },
};

function servicesOf({ stack }: World['system']) {
  const { api, gateways, recorders } = stack.processes;
  return [api, ...gateways, ...recorders];
}
