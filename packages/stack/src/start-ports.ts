import { isFree } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/**
 * Returns the port of the api, followed by consecutive ports for the gateways. Waits up to 1 s
 * until all of them are free, because processes of a killed stack might not have ended yet.
 *
 * @throws CannotListen with a message for the user
 */
export async function startPorts(port: number, gateways: number, host: string): Promise<number[]> {
  const ports = Array.from({ length: 1 + gateways }, (_, index) => port + index);
  for (const one of ports) {
    await waitFor(() => isFree(one, host), { timeout: 1000 }).catch(({ cause }: Error) => {
      throw new CannotListen(host, one, cause as NodeJS.ErrnoException | undefined);
    });
  }
  return ports;
}

/** Thrown if a service cannot listen on an address and port. */
export class CannotListen extends Error {
  override name = 'CannotListen';

  /** @param cause the error of the system. Default: another process listens on the port */
  constructor(host: string, port: number, cause?: NodeJS.ErrnoException) {
    super(reasonOf(host, port, cause), { cause });
  }
}

function reasonOf(host: string, port: number, cause: NodeJS.ErrnoException | undefined): string {
  switch (cause?.code) {
    case undefined:
      return `Port ${port} is in use. Choose another first port with --port.`;
    case 'EACCES':
      return `You may not listen on port ${port}. Choose another first port with --port.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}. Choose another one with --host.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name ${host} is unknown. Choose another one with --host.`;
    default:
      return `Cannot listen on ${host}, port ${port}: ${cause?.message}`;
  }
}
