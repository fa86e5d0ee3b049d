import type { BalancedSystem } from './system.ts';

/**
 * Restarts all gateways one after the other, as a rolling update does. Returns the ms until each
 * was ready again.
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
