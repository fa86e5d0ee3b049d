import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { Gauge, type Registry } from '@parley/service';

/**
 * Ms between two TLS handshakes with an address. `TIMEOUT_MS` is the maximum duration of a
 * handshake.
 */
const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 5000;

/**
 * Exports the metric `parley_certificate_expiry_timestamp_seconds{address}`: when the certificate
 * of each public address expires. Keeps the last value while an address does not respond. Returns a
 * function that stops the checks.
 *
 * @param urls public URLs. Only those that begin with `https:` are checked
 */
export function watchCertificates(metrics: Registry, urls: readonly string[]): () => void {
  const addresses = new Set(
    urls.filter((url) => url.startsWith('https:') && URL.canParse(url)).map((url) => new URL(url).host),
  );
  const gauge = new Gauge({
    name: 'parley_certificate_expiry_timestamp_seconds',
    help: 'Unix time until which the certificate of an address is valid.',
    labelNames: ['address'] as const,
    registers: [metrics],
  });
  const readAll = () => {
    for (const address of addresses)
      readExpiry(address).then(
        (expiry) => gauge.set({ address }, expiry / 1000),
        () => {},
      );
  };
  readAll();
  const timer = setInterval(readAll, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/**
 * Connects to an address and resolves with the time until which its certificate is valid, in Unix
 * ms, whether or not the certificate is trusted.
 */
function readExpiry(address: string): Promise<number> {
  const { hostname, port } = new URL(`https://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const name = isIP(host) ? {} : { servername: host };
    const socket = connect({ host, port: Number(port || 443), ...name, rejectUnauthorized: false });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no handshake')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      socket.destroy();
      if (Number.isNaN(until)) reject(new Error('no certificate'));
      else resolve(until);
    });
  });
}
