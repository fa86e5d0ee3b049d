import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;

/** A TLS server with a certificate. It stands for the load balancer in front of Parley. */
export class CertifiedServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<CertifiedServer> {
    const server = createServer((socket) => void socket.on('error', () => {}).end());
    const certified = new CertifiedServer(server);
    await certified.renew(90);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return certified;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Replaces the certificate by a new one that is valid for this number of days. */
  async renew(days: number): Promise<void> {
    const names = [{ name: 'commonName', value: 'chat.example.com' }];
    const { cert, private: key } = await generate(names, {
      keyType: 'ec',
      notAfterDate: new Date(Date.now() + days * DAY_MS),
    });
    this.#server.setSecureContext({ cert, key });
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
