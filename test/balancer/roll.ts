import type { BalancedSystem } from './system.ts';

/**
 * Restarts all gateways one after the other, as a rolling update does. Returns for each gateway the
 * ms until it was ready again.
 */
export async function roll({ gateways }: BalancedSystem): Promise<number[]> {
  const ready: number[] = [];
  for (const gateway of gateways) {
    await gateway.kill('SIGTERM');
    const began = performance.now();
    await gateway.restart();
    ready.push(performance.now() - began);
  }
  return ready;
}
