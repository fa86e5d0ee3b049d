import type { ServiceProcess } from '@parley/stack';
import { waitFor } from '@parley/stack';

/**
 * Restarts a service until it is ready, as an orchestrator does. The first attempts can fail,
 * because Redis or PostgreSQL might be unavailable too.
 */
export async function revive(service: ServiceProcess): Promise<void> {
  await waitFor(() => service.restart().then(() => true), {
    timeout: 240_000,
    interval: 500,
    message: `${service.name} does not come back`,
  });
}
