import type { Random } from '../../chaos/random.ts';
import { apiKey } from '../system/system.ts';
import type { Values } from '../values.ts';
import type { Operation } from './operations.ts';

/**
 * Creates a random request. Most requests have the right fields for their operation, with random
 * values.
 */
export function makeRequest(random: Random, values: Values, known: Known, operations: readonly Operation[]): Made {
  const operation = random.pick(operations);
  const { token, forged } = makeToken(random, values, known, operation);
  const path = operation.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(inPath(random, values, known)));
  const query = operation.query
    .filter((name) => name === 'timeout' || random.chance(0.4))
    .map((name) => `${name}=${encodeURIComponent(inQuery(random, values, known, name))}`);
  const headers: Record<string, string> = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  if (operation.headers.includes('tus-resumable')) {
    headers['tus-resumable'] = random.chance(0.95) ? '1.0.0' : header(values.text());
    headers['upload-length'] = String(random.chance(0.8) ? random.whole(0, 64) : values.number());
    if (random.chance(0.5)) headers['upload-metadata'] = `filename ${values.bytes(30).toString('base64')}`;
    if (random.chance(0.3)) headers['upload-metadata'] = header(values.text());
    if (random.chance(0.8)) headers['upload-offset'] = String(random.pick([0, 0, 0, values.number()]));
  }
  if (random.chance(0.05)) headers[random.pick(someHeaders)] = header(values.text());
  const body = makeBody(random, values, known, operation);
  if (body) headers['content-type'] = random.chance(0.97) ? body.type : header(values.text());
  return {
    ...{ root: operation.root, method: operation.method, path: `${path}?${query.join('&')}`, headers, forged },
    ...(body && { body: body.bytes }),
    closed: operation.closed,
  };
}

/**
 * Returns a token for a request. In most cases it is valid, so that the request passes
 * authentication; otherwise it is missing or changed.
 */
function makeToken(random: Random, values: Values, { token }: Known, { path }: Operation): Shown {
  const good = path.startsWith('/v1/server') ? apiKey : token;
  const kind = random.next();
  if (kind < 0.85) return { token: good, forged: false };
  if (kind < 0.88) return { token: undefined, forged: true };
  if (kind < 0.9) return { token: header(values.text()), forged: true };
  const [head = '', claims = '', seal = ''] = token.split('.');
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forgery = random.pick([
    () => values.mutate(Buffer.from(token)).toString('latin1'),
    () => `${encode({ alg: 'none', typ: 'JWT' })}.${claims}.`,
    () => `${head}.${encode({ sub: String(values.id()), sid: 'x', exp: 9e9 })}.${seal}`,
    () => `${head}.${claims}.${seal.slice(0, -2)}`,
    () => `${encode({ alg: 'RS256', kid: values.text() })}.${claims}.${seal}`,
  ]);
  const forged = header(forgery());
  return { token: forged, forged: forged !== token && forged !== apiKey };
}

function inPath(random: Random, values: Values, { ids }: Known): string {
  if (random.chance(0.6)) return String(random.pick([values.id(), ...ids.slice(-20)]));
  return values.text().toWellFormed() || '0';
}

function inQuery(random: Random, values: Values, { cursors }: Known, name: string): string {
  if (name === 'timeout') return '0';
  if (name === 'after' && cursors.length > 0 && random.chance(0.7)) {
    const cursor = Buffer.from(random.pick(cursors));
    return random.chance(0.5) ? cursor.toString() : values.mutate(cursor).toString('latin1');
  }
  if (name === 'after' && random.chance(0.5))
    return Buffer.from(JSON.stringify(values.any()) ?? '').toString('base64url');
  if (name === 'cursor' && random.chance(0.5)) return `${values.number()}-${values.number()}`;
  return random.chance(0.5) ? String(values.number()) : values.text().toWellFormed();
}

function makeBody(random: Random, values: Values, known: Known, operation: Operation): Body | undefined {
  if (operation.method === 'GET' || operation.method === 'HEAD') return undefined;
  if (operation.type === '' && random.chance(0.9)) return undefined;
  if (operation.type.startsWith('multipart/')) {
    const part = `--b\r\ncontent-disposition: form-data; name="file"; filename="${header(values.text())}"\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(part), values.bytes(200), Buffer.from('\r\n--b--\r\n')]);
    return { type: 'multipart/form-data; boundary=b', bytes: random.chance(0.7) ? bytes : values.mutate(bytes) };
  }
  if (operation.headers.includes('tus-resumable'))
    return random.chance(0.7) ? { type: 'application/offset+octet-stream', bytes: values.bytes(64) } : undefined;
  const kind = random.next();
  const value = kind < 0.8 ? shaped(random, values, known, operation.fields) : values.any();
  const bytes = Buffer.from(JSON.stringify(value) ?? '');
  return { type: 'application/json', bytes: kind < 0.9 ? bytes : values.mutate(bytes) };
}

function shaped(random: Random, values: Values, { ids }: Known, fields: readonly string[]): object {
  const value = (name: string) => {
    if (/^(to|from|user|owner|id|chat)$/.test(name) && random.chance(0.7)) return values.id();
    if (/^(members|users)$/.test(name) && random.chance(0.7)) return [values.id(), random.pick([...ids, 1])];
    if (name === 'body') return { type: 'text', text: values.text() };
    if (name === 'type' && random.chance(0.8)) return random.pick(['send', 'mark', 'recall', 'edit', 'watch', 'auth']);
    return random.chance(0.6) ? values.text() : values.any();
  };
  return Object.fromEntries(fields.filter(() => random.chance(0.8)).map((name) => [name, value(name)]));
}

/** Replaces characters that a header must not contain. */
function header(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 2000)
    .trim();
}

const someHeaders = [
  'range',
  'if-none-match',
  'if-range',
  'origin',
  'cookie',
  'x-forwarded-for',
  'x-request-id',
  'accept',
];

/** Token, ids and page cursors from earlier responses. */
export interface Known {
  token: string;
  ids: (number | string)[];
  cursors: string[];
}

export interface Made {
  root: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
  /** True if the token is missing, or no service has issued it. */
  forged: boolean;
  /** Whether the operation requires a token. */
  closed: boolean;
}

interface Shown {
  token: string | undefined;
  forged: boolean;
}

interface Body {
  type: string;
  bytes: Buffer;
}
