import { createHash } from 'node:crypto';
import { jsonVariable } from './env/json-variable.ts';
import type { Variable } from './env/read-env.ts';

/** An HTTP endpoint that receives events, and the kinds of events that it receives. */
export interface Endpoint<Kind extends string> {
  /** Name of the endpoint. Default: derived from its URL. */
  id: string;
  url: string;
  events: readonly Kind[];
  /**
   * Secrets that sign requests. Each secret adds a signature. Empty in processes that send no
   * requests.
   */
  secrets: readonly Buffer[];
}

/**
 * A variable with a JSON list of endpoints: `[{"url", "events", "secret", "name"?}]`. A secret is
 * `whsec_` followed by the base64 of 24 to 64 bytes. To replace a secret, use a list of the old and
 * the new one. Errors never contain the value of the variable.
 *
 * @param kinds the kinds of events to which an endpoint can subscribe
 * @param signed true if each endpoint must have a secret
 */
export function endpoints<Kind extends string>(
  kinds: readonly Kind[],
  signed: boolean,
): Variable<readonly Endpoint<Kind>[]> {
  return jsonVariable((value) => readEndpoints(value, kinds, signed), []);
}

function readEndpoints<Kind extends string>(value: unknown, kinds: readonly Kind[], signed: boolean): Endpoint<Kind>[] {
  if (!Array.isArray(value)) throw new TypeError('must be a JSON list');
  const found = value.map((each, index) => {
    try {
      return readEndpoint(each, kinds, signed);
    } catch (error) {
      throw new TypeError(`[${index}] ${(error as Error).message}`);
    }
  });
  const ids = found.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new TypeError(`has the endpoint ${twice} twice: give each a name`);
  return found;
}

function readEndpoint<Kind extends string>(value: unknown, kinds: readonly Kind[], signed: boolean): Endpoint<Kind> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('must be an object');
  const given = value as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !['url', 'events', 'secret', 'name'].includes(name));
  if (unknown !== undefined) throw new TypeError(`has no field ${unknown}`);
  const { url, events, secret = [], name } = given;
  if (typeof url !== 'string' || !isWeb(url))
    throw new TypeError('url must be an https or http address without a password');
  const isKind = (event: unknown): event is Kind => kinds.includes(event as Kind);
  if (!Array.isArray(events) || events.length === 0 || !events.every(isKind)) {
    throw new TypeError(`events must be a list of ${kinds.join(', ')}`);
  }
  if (name !== undefined && !(typeof name === 'string' && /^[\w-]{1,32}$/.test(name))) {
    throw new TypeError('name must be 1 to 32 of A-Z a-z 0-9 _ -');
  }
  const secrets = (Array.isArray(secret) ? secret : [secret]).map(readSecret);
  if (signed && secrets.length === 0) throw new TypeError('needs a secret');
  const id = name ?? createHash('sha256').update(url).digest('hex').slice(0, 12);
  return { id, url, events: [...new Set(events)], secrets };
}

function isWeb(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

function readSecret(secret: unknown): Buffer {
  const [, encoded] = typeof secret === 'string' ? (/^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []) : [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (bytes.length < 24 || bytes.length > 64)
    throw new TypeError('secret must be whsec_ and the base64 of 24 to 64 bytes');
  return bytes;
}
