import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@parley/stack';

/**
 * Returns the haproxy configuration of `deploy/compose` with local addresses, so that tests use the
 * file that is deployed. With `turns`, haproxy sends each request to the next server, which is the
 * hardest case for clients that need the same server for all requests.
 */
export async function balancerConfig({ port, gateways, apis, turns = false }: Addresses): Promise<string> {
  const text = await readFile(join(root, 'deploy/compose/haproxy.cfg'), 'utf8');
  const config = text
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace(/^resolvers docker\n( .*\n)*/m, '')
    .replace(/ resolvers docker init-addr \S+/, '')
    .replace(/server gateway-(\d+) \S+/g, (_, number) => `server gateway-${number} 127.0.0.1:${gateways[number - 1]}`)
    .replace(/server api-(\d+) \S+/g, (_, number) => `server api-${number} 127.0.0.1:${apis[number - 1]}`)
    .replace(/server web \S+/, `server web 127.0.0.1:${apis[0]}`);
  if (/undefined|docker/.test(config)) throw new Error(`The configuration has changed its form:\n${config}`);
  return turns ? config.replaceAll('balance leastconn', 'balance roundrobin') : config;
}

/** Ports on 127.0.0.1. */
interface Addresses {
  port: number;
  /** Three. */
  gateways: number[];
  /** Two. */
  apis: number[];
  turns?: boolean;
}
