import { watch } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';
import type { Stack } from './stack.ts';

/**
 * Stops the processes of a service when its bundle was replaced. The supervisor then starts them
 * again with the new bundle.
 */
export function restartOnBuild({ processes }: Stack, report: (line: string) => void): void {
  const services = { api: [processes.api], gateway: processes.gateways, recorder: processes.recorders };
  for (const [name, instances] of Object.entries(services)) {
    watch(join(root, 'services', name, 'dist'), (_, file) => {
      const running = instances.filter((instance) => instance.running);
      if (file !== 'main.js' || running.length === 0) return;
      report(`${name} has changed`);
      for (const instance of running) void instance.kill('SIGTERM');
    });
  }
}
