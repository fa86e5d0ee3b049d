import { isFree } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/**
 * The api's port and those after it for the gateways, all free. Looks for a second, in which the processes of a stack that
 * was killed just now disappear; then throws `PortInUse`.
 */
export async function startPorts(port: number, gateways: number, host: string): Promise<number[]> {
  const ports = Array.from({ length: 1 + gateways }, (_, index) => port + index);
  for (const one of ports) {
    await waitFor(() => isFree(one, host), { timeout: 1000 }).catch((error: Error) => {
      throw error.cause ?? new PortInUse(one);
    });
  }
  return ports;
}

/** Somebody else listens there. */
export class PortInUse extends Error {
  override name = 'PortInUse';

  constructor(port: number) {
    super(`Port ${port} is in use. Choose another first port with --port.`);
  }
}
