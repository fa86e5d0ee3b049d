import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../services/api/test/server-api.ts';
import { picture } from '../../services/api/test/upload.ts';
import { type Request as Asking, type Row, table } from './route-table.ts';
import { makeWorld, type Role, roles, secrets, tokenOf, type World } from './world.ts';

let product: Product;
/** The world of the rows that do not change data of other rows. */
let common: World;

beforeAll(async () => {
  product = await startServerApi({
    ...{ REQUESTS_PER_ADDRESS: '1000000', REGISTRATIONS_PER_MINUTE: '1000000', SIGN_INS_PER_ADDRESS: '1000000' },
    SEARCHES_PER_MINUTE: '1000',
    SIGN_INS_PER_MINUTE: '1000',
  });
  common = await makeWorld(product);
});
afterAll(() => product?.[Symbol.asyncDispose]());

it('the table of routes lists every operation of the api', async () => {
  const document = (await (await fetch(`${product.api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  // Gateways serve the transports, and every process serves its health.
  const others = /^(get|post) \/(v1\/(events|poll|frames)|healthz|readyz|metrics)$/;
  const own = routes.filter((route) => !others.test(route));
  expect([...new Set(table.map(({ route }) => route))].sort()).toEqual(own.sort());
});

describe('the response to each role', () => {
  it.each(table.map((row) => [row.route, row] as const))(
    'the api responds to %s with the expected status for each role',
    async (_, row) => {
      const seen: { status: number; leaks: unknown[] }[] = [];
      let world = row.changes ? await makeWorld(product) : common;
      for (const role of roles) {
        // Roles with fewer rights go first, so that an effect of their request would be noticed.
        if (row.changes === 'once' && seen.some(({ status }) => status < 400)) world = await makeWorld(product);
        const { status, text } = await ask(world, role, row);
        const leaks = Object.entries(secrets).filter(([word, known]) => text.includes(word) && !known.includes(role));
        seen.push({ status, leaks });
      }
      expect(seen.map(({ status }) => status)).toEqual(row.statuses);
      expect(seen.flatMap(({ leaks }) => leaks)).toEqual([]);
    },
  );
});

async function ask(world: World, role: Role, row: Row): Promise<{ status: number; text: string }> {
  const [method = '', template = ''] = row.route.split(' ');
  const { params = {}, query = '', headers, ...content } = row.ask({ world, role });
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? name));
  const token = tokenOf(world, role);
  const answer = await fetch(`${product.api.url}${path}?${query}`, {
    method: method.toUpperCase(),
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers, ...typeOf(content) },
    ...(await bodyOf(content)),
  });
  const text = await answer.text();
  if (!path.startsWith('/layim/')) return { status: answer.status, text };
  return { status: (JSON.parse(text) as { code: number }).code || answer.status, text };
}

function typeOf({ body, bytes }: Asking): Record<string, string> {
  if (bytes) return { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  return body ? { 'content-type': 'application/json' } : {};
}

async function bodyOf({ body, bytes, file }: Asking): Promise<{ body?: string | FormData }> {
  if (!file) return body || bytes ? { body: bytes ?? JSON.stringify(body) } : {};
  const form = new FormData();
  form.append('file', new File([new Uint8Array(await picture(4, 4))], file));
  return { body: form };
}
