import { readConfig as api } from '../../services/api/src/config.ts';
import { readConfig as gateway } from '../../services/gateway/src/config.ts';
import { readConfig as recorder } from '../../services/recorder/src/config.ts';

/** Service -> function that reads its configuration from the environment. */
export const readers = { api, gateway, recorder };

/** Secrets that no other installation has, as services require them in production mode. */
export const ownSecrets = {
  TOKEN_SECRET: 'a secret of our own, which is long enough for anything',
  /** TOKEN_SECRET for gateways, under the key that it has in the Kubernetes Secret. */
  GATEWAY_TOKEN_SECRET: 'a secret of our own, which is long enough for anything',
  DATABASE_URL: 'postgres://parley:of-our-own@db.example.com:5432/parley',
  REDIS_URL: 'rediss://redis.example.com:6379',
};

/** Returns the names of all environment variables that a service reads. */
export function variablesOf(service: keyof typeof readers): Set<string> {
  const asked = new Set<string>();
  const env = new Proxy(ownSecrets as Record<string, string>, {
    get(target, name: string) {
      asked.add(name);
      return target[name];
    },
  });
  readers[service](env);
  return asked;
}

/** Returns the port at which a service listens by default. */
export function portOf(service: keyof typeof readers): number {
  return readers[service](ownSecrets).port;
}
