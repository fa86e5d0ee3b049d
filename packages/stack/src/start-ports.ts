import { isFree } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/**
 * Returns the port of the api, followed by consecutive ports for the gateways. Waits up to 1 s
 * until all of them are free, because processes of a killed stack might not have ended yet.
 *
 * @throws PortInUse
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

/** Thrown if another process listens on a port that the stack needs. */
export class PortInUse extends Error {
  override name = 'PortInUse';

  constructor(port: number) {
    super(`Port ${port} is in use. Choose another first port with --port.`);
  }
}
