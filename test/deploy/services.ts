import { readConfig as api } from '../../services/api/src/config.ts';
import { readConfig as gateway } from '../../services/gateway/src/config.ts';
import { readConfig as recorder } from '../../services/recorder/src/config.ts';

/** How each service reads its environment. */
export const readers = { api, gateway, recorder };

/** Secrets of one's own, as production wants them. */
export const ownSecrets = {
  TOKEN_SECRET: 'a secret of our own, which is long enough for anything',
  DATABASE_URL: 'postgres://parley:of-our-own@db.example.com:5432/parley',
  REDIS_URL: 'rediss://redis.example.com:6379',
};

/** The names of all variables a service asks for. */
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

/** The port a service listens at, unless told otherwise. */
export function portOf(service: keyof typeof readers): number {
  return readers[service](ownSecrets).port;
}
