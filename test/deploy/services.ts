import { readConfig as api } from '../../services/api/src/config.ts';
import { readConfig as gateway } from '../../services/gateway/src/config.ts';
import { readConfig as recorder } from '../../services/recorder/src/config.ts';

/** The functions that read the configuration of each service. */
export const readers = { api, gateway, recorder };

/** Unique secrets, as production requires them. */
export const ownSecrets = {
  TOKEN_SECRET: 'a secret of our own, which is long enough for anything',
  /** The key in the Secret from which gateways read TOKEN_SECRET. */
  GATEWAY_TOKEN_SECRET: 'a secret of our own, which is long enough for anything',
  DATABASE_URL: 'postgres://parley:of-our-own@db.example.com:5432/parley',
  REDIS_URL: 'rediss://redis.example.com:6379',
};

/** Returns the names of all variables that a service reads. */
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

/** Returns the default port of a service. */
export function portOf(service: keyof typeof readers): number {
  return readers[service](ownSecrets).port;
}
