import { parseArgs } from 'node:util';
import type { TlsFiles } from './front/front.ts';
import { BadOption, wholeNumber } from './start-options.ts';

export const serveHelp = `npm run serve -- --domain <domain> [options]

Runs all of Parley on this machine for production, on one port.

  --domain <domain>    domain of the installation, which users open
  --tls-cert <file>    certificate chain; with --tls-key: terminates TLS
  --tls-key <file>     key of the certificate
  --port <port>        port to listen on (443 with TLS, 8080 behind a proxy)
  --host <address>     address to listen on (0.0.0.0 with TLS, 127.0.0.1 behind a proxy)
  --gateways <n>       how many gateways (2)
  --data <folder>      where data and logs live (.data)
  --help

DATABASE_URL and REDIS_URL name servers to use instead of starting some. Every setting of
the services may be given in the environment as well.`;

/**
 * Reads the command-line options of `npm run serve`.
 *
 * @throws BadOption with a message for the user
 */
export function readServeOptions(args: string[]): ServeOptions {
  const { domain = '', help, data, gateways, 'tls-cert': cert, 'tls-key': key, ...given } = parse(args);
  if (!help && !/^[a-z0-9.-]+(:\d+)?$/i.test(domain))
    throw new BadOption('--domain must name a domain, such as chat.example.com');
  if ((cert === undefined) !== (key === undefined)) throw new BadOption('--tls-cert and --tls-key belong together');
  const tls = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  const { port = tls ? '443' : '8080', host = tls ? '0.0.0.0' : '127.0.0.1' } = given;
  return {
    ...{ domain, help, data, host, tls },
    port: wholeNumber('--port', port, 1, 65_535),
    gateways: wholeNumber('--gateways', gateways, 1, 64),
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        ...{ domain: text, 'tls-cert': text, 'tls-key': text, port: text, host: text },
        gateways: { type: 'string', default: '2' },
        data: { type: 'string', default: '.data' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption(`${(error as Error).message.split('. ')[0]}. See npm run serve -- --help`);
  }
}

interface ServeOptions {
  domain: string;
  help: boolean;
  port: number;
  host: string;
  gateways: number;
  data: string;
  tls: TlsFiles | undefined;
}
