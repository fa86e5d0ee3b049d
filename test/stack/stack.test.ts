import { startStack, waitFor } from '@parley/stack';
import { expect, it } from 'vitest';
import { alive } from './processes.ts';

const ready = async (url: string) => (await fetch(`${url}/readyz`)).ok;

it('startStack starts all services on free ports; after `stop`, no process remains', async () => {
  const stack = await startStack({ gateways: 2 });
  const { api, gateways, recorders } = stack.processes;
  const services = [api, ...gateways, ...recorders];
  for (const { url } of services) expect(await ready(url)).toBe(true);
  expect(stack.gatewayUrls).toEqual(gateways.map((gateway) => gateway.url));
  const pids = services.map((service) => service.pid);
  expect(alive(pids)).toEqual(pids);
  await stack.stop();
  await waitFor(() => alive(pids).length === 0, { message: 'processes were left' });
});

it('the stack restarts a killed service at the same address', async () => {
  await using stack = await startStack({ gateways: 1 });
  const [gateway] = stack.processes.gateways;
  if (!gateway) throw new Error('no gateway');
  const { pid, url } = gateway;
  await gateway.kill();
  await expect(ready(url)).rejects.toThrow();
  expect(gateway.ending).toBe('SIGKILL');
  await gateway.restart();
  expect(gateway.pid).not.toBe(pid);
  expect(await ready(url)).toBe(true);
});

it('startStack can start Parley with a Redis Cluster', async () => {
  await using stack = await startStack({ redisCluster: true });
  expect(stack.redisUrl.split(',')).toHaveLength(3);
  expect(await ready(stack.gatewayUrls[0] ?? '')).toBe(true);
});

it('if a service does not start, startStack stops everything and throws the reason', async () => {
  const failure = await startStack({ env: { LOG_LEVEL: 'loud' } }).catch((error: Error) => error);
  expect(String(failure)).toContain('LOG_LEVEL');
});
