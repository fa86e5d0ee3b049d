import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledge, connect, heartbeat } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../test/seed.ts';
import { apiKey, type Product, startServerApi } from '../../test/server-api.ts';
import { password, TestApi } from '../../test/test-api.ts';
import { runCommand } from './run-command.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi();
});
afterAll(() => product[Symbol.asyncDispose]());

/** Starts a web server that responds to every request with this page. */
async function startPage(html: string) {
  const server = createServer((_, response) => response.end(html)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

const parley = (...argv: string[]) => runCommand(argv, { PARLEY_URL: product.api.url, PARLEY_API_KEY: apiKey });
const json = async <T>(...argv: string[]) => JSON.parse(await parley(...argv, '--json')) as T;

describe('parley', () => {
  it('parley lists, shows, disconnects, deactivates and reactivates a user', async () => {
    const [a] = await product.people('cli-1');
    expect(await json('user', 'list', '--q', 'cli-1')).toMatchObject({ items: [{ id: a.id, externalId: 'cli-1' }] });
    expect(await parley('user', 'list', '--q', 'cli-1')).toMatch(/^id +externalId .*\n\d+ +cli-1 /);
    expect(await parley('user', 'show', 'cli-1')).toContain(`id           ${a.id}\n`);
    expect(await json('user', 'show', `~${a.id}`)).toMatchObject({ id: a.id, deactivated: null });
    expect(await parley('user', 'disconnect', 'cli-1')).toBe('Done.');
    expect(await parley('user', 'deactivate', 'cli-1')).toBe('Done.');
    expect(await json('user', 'show', 'cli-1')).toMatchObject({ deactivated: expect.any(Number) });
    expect(await parley('user', 'reactivate', 'cli-1')).toMatch(/^deactivated +-$/m);
    expect(await json('user', 'show', 'cli-1')).toMatchObject({ deactivated: null });
    expect(await parley('user', 'find', 'CLI-1')).toMatch(/^id +externalId .*\n\d+ +cli-1 /);
  });

  it('parley imports the lines of a file', async () => {
    const [a, b] = await product.people('cli-i1', 'cli-i2');
    const folder = await mkdtemp(join(tmpdir(), 'parley-import-'));
    const file = join(folder, 'export.jsonl');
    const line = { type: 'message', id: '1', from: a.id, to: b.id, date: 1, body: { type: 'text', text: 'old' } };
    await writeFile(file, `${JSON.stringify(line)}\n{"type":"message"}\n`);
    expect(await json('import', file)).toMatchObject({ lines: 2, imported: 1, failed: 1, errors: [{ line: 2 }] });
    expect(await parley('import', file, '--skip', '1')).toMatch(/^imported +0$/m);
    await expect(parley('import', join(folder, 'none.jsonl'))).rejects.toThrow('Cannot read');
    await rm(folder, { recursive: true });
  });

  it('parley lists the sessions and push devices of a user and ends a session', async () => {
    await product.people('cli-7');
    const { items } = await json<{ items: { id: string }[] }>('user', 'sessions', 'cli-7');
    const [session = { id: '' }] = items;
    expect(await parley('user', 'sessions', 'cli-7')).toMatch(
      new RegExp(`^id +device +created +lastUsed\n${session.id} +- +\\d{4}-.*Z +\\d{4}-.*Z$`),
    );
    expect(await parley('user', 'push-devices', 'cli-7')).toBe('None.');
    expect(await parley('user', 'end-session', 'cli-7', session.id)).toBe('Done.');
    expect(await json('user', 'sessions', 'cli-7')).toEqual({ items: [], next: null });
  });

  it('parley lists the connections of a user', async () => {
    const [a] = await product.people('cli-12');
    const { redis } = product.api;
    expect(await parley('connections', 'cli-12')).toBe('None.');
    const gateway = `gateway-${a.id}`;
    await heartbeat(redis, gateway);
    await connect(redis, { user: a.id, gateway, count: () => 2, most: 16, live: [gateway] });
    expect(await json('connections', 'cli-12')).toEqual({ items: [{ gateway, connections: 2 }], next: null });
    expect(await parley('connections', 'cli-12')).toMatch(new RegExp(`^gateway +connections\n${gateway} +2$`));
  });

  it('parley shows the inbox of a user and how far the devices are', async () => {
    const [a, b] = await product.people('cli-18', 'cli-19');
    const { redis } = product.api;
    expect(await json('inbox', 'cli-19')).toEqual({ began: 0, events: 0, last: 0, devices: [] });
    await parley('message', 'send', 'cli-19', 'one', '--from', 'system');
    await parley('message', 'send', 'cli-19', 'two', '--from', 'system');
    const { began } = await json<{ began: number }>('inbox', 'cli-19');
    await acknowledge(redis, b.id, 'phone', { epoch: began, offset: 1 });
    expect(await json('inbox', 'cli-19')).toMatchObject({ events: 2, devices: [{ device: 'phone', behind: 1 }] });
    expect(await parley('inbox', 'cli-19')).toMatch(
      /^last +2\ndevices\n {2}device +behind +acknowledged\n {2}phone +1 +\d{4}/m,
    );
    expect(await json('inbox', `~${a.id}`)).toMatchObject({ events: 0 });
  });

  it('parley exports the data of a user to a new file', async () => {
    await product.people('cli-13');
    const folder = await mkdtemp(join(tmpdir(), 'parley-export-'));
    const file = join(folder, 'cli-13.zip');
    const { bytes } = await json<{ bytes: number }>('export', 'cli-13', file);
    const zip = await readFile(file);
    expect([zip.length, zip.subarray(0, 2).toString(), zip.includes('profile.jsonl')]).toEqual([bytes, 'PK', true]);
    await expect(parley('export', 'cli-13', file)).rejects.toThrow('EEXIST');
    expect((await readFile(file)).equals(zip)).toBe(true);
    const missing = join(folder, 'nobody.zip');
    await expect(parley('export', 'nobody', missing)).rejects.toThrow('There is no user "nobody"');
    await expect(readFile(missing)).rejects.toThrow('ENOENT');
    await rm(folder, { recursive: true });
  });

  it('parley prints the page cursor if a list has more pages', async () => {
    await product.people('many-1', 'many-2');
    const first = await parley('user', 'list', '--q', 'many-', '--limit', '1');
    const after = /\nMore: --after (\d+)$/.exec(first)?.[1] ?? '';
    expect(await parley('user', 'list', '--q', 'many-', '--limit', '1', '--after', after)).toContain('many-2');
  });

  it('the parley CLI prints a chat without control characters, and deletes a message', async () => {
    const [a, b] = await product.people('cli-2', 'cli-3');
    const [id = 0] = await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'rude\u001b[2J\nword' }]);
    expect(await parley('chats', 'cli-3')).toMatch(new RegExp(`^chat .*\n${a.id} `));
    expect(await parley('history', 'cli-3', `${a.id}`)).toMatch(new RegExp(`\n${id} .*Z  ${a.id}  rude \\[2J word$`));
    expect(await parley('message', 'delete', 'cli-3', `${a.id}`, `${id}`)).toBe('Done.');
    expect(await product.api.events(b)).toContainEqual({ kind: 'recall', id, user: a.id, chat: a.id });
  });

  it('parley shows and edits a message', async () => {
    const [a, b] = await product.people('cli-8', 'cli-9');
    const [id = 0] = await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'wrong' }]);
    const path = ['cli-9', `${a.id}`, `${id}`];
    expect(await parley('message', 'show', ...path)).toMatch(/^body +wrong$/m);
    const edited = await json('message', 'edit', ...path, '--text', 'right', '--custom', '{"order":7}');
    expect(edited).toMatchObject({ id, body: { type: 'text', text: 'right' }, custom: { order: 7 } });
    expect((await product.api.events(b)).at(-1)).toMatchObject({ kind: 'edit', id, custom: { order: 7 } });
    const wrong = { exitCode: 2, message: '--custom is not JSON.' };
    await expect(parley('message', 'edit', ...path, '--custom', '{')).rejects.toMatchObject(wrong);
  });

  it('parley lists reports and closes one', async () => {
    const [a, b] = await product.people('cli-10', 'cli-11');
    const { body } = await a.call<{ id: number }>('post', '/v1/reports', { user: b.id, reason: 'fraud' });
    expect(await parley('report', 'list', '--state', 'open')).toMatch(new RegExp(`\\n${body.id} .* ${b.id} .*fraud`));
    expect(await json('report', 'close', `${body.id}`, '--note', 'warned')).toMatchObject({
      state: 'closed',
      note: 'warned',
    });
    expect(await json('report', 'list', '--state', 'open')).toEqual({ items: [], next: null });
  });

  it('parley creates, lists and ends a legal hold, and prints what it preserved', async () => {
    const [a, b] = await product.people('cli-14', 'cli-15');
    expect(await json('hold', 'user', 'cli-14', '--reason', 'case 7')).toMatchObject({ id: a.id, reason: 'case 7' });
    await expect(parley('hold', 'user', 'cli-14')).rejects.toThrow('reason');
    await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'evidence' }]);
    await product.api.db.deleteFrom('messages').where('owner_id', '=', a.id).execute();
    expect(await parley('hold', 'list')).toMatch(new RegExp(`^${a.id} +user +cli-14 .* case 7$`, 'm'));
    expect(await parley('hold', 'messages', `${a.id}`)).toMatch(/^id +preserved .*\n.*Z +deleted .* evidence/);
    expect(await parley('hold', 'end', `${a.id}`)).toBe('Done.');
    await product.call('put', '/groups/cli-g', { name: 'cli-g', owner: 'cli-14' });
    expect(await json('hold', 'group', 'cli-g', '--reason', 'x')).toMatchObject({ kind: 'group', externalId: 'cli-g' });
  });

  it('parley shows the progress of the retention and of deleted accounts', async () => {
    const { api } = product;
    const a = await api.person();
    const erasures = async () => (await json<{ erasures: { waiting: number }[] }>('removals')).erasures[0]?.waiting;
    expect(await erasures()).toBe(0);
    // Without a recorder, records of the account count as possibly unwritten, and the deletion
    // repeats.
    await a.call('delete', '/v1/me', { password });
    expect(await erasures()).toBe(1);
    expect(await parley('removals')).toMatch(
      /^retention\n {2}started +removed +finished +next\n.*\nerasures\n.*\n {2}1 +\d{4}-/m,
    );
  });

  it('parley shows and sets the retention period of a chat', async () => {
    const [a, b] = await product.people('cli-16', 'cli-17');
    await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'hi' }]);
    const retention = (...more: string[]) => json('retention', 'cli-16', `${b.id}`, ...more);
    expect(await retention('--days', '7')).toEqual({ retention: 7 });
    expect(await retention()).toEqual({ retention: 7 });
    expect(await retention('--days', 'none')).toEqual({ retention: null });
    await expect(retention('--days', 'soon')).rejects.toThrow('--days is not a whole number');
  });

  it('parley prints the option that shows older messages', async () => {
    const [a, b] = await product.people('cli-5', 'cli-6');
    const texts = [1, 2].map((n) => ({ from: a.id, to: b.id, text: `text ${n}` }));
    const [first, second] = await seedMessages(product.api.db, texts);
    const page = await parley('history', 'cli-5', `${b.id}`, '--limit', '1');
    expect(page).toMatch(new RegExp(`\\n${second} .*text 2\\nMore: --before ${second}$`));
    const older = await parley('history', 'cli-5', `${b.id}`, '--before', `${second}`);
    expect(older).toMatch(new RegExp(`\\n${first} .*text 1$`));
  });

  it('parley reports that no api responds at PARLEY_URL', async () => {
    await using page = await startPage('<html></html>');
    const run = runCommand(['user', 'list'], { PARLEY_URL: page.url, PARLEY_API_KEY: apiKey });
    await expect(run).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('is PARLEY_URL its root?'),
    });
  });

  it('parley sends a text message', async () => {
    const [a] = await product.people('cli-4');
    expect(await json('message', 'send', 'cli-4', 'maintenance at 8')).toMatchObject({ duplicate: false });
    expect(await product.api.events(a)).toMatchObject([{ body: { type: 'text', text: 'maintenance at 8' } }]);
  });

  it.each([
    [['dance'], 2, 'There is no command "dance"'],
    [['user', 'show'], 2, 'Usage: parley user show USER'],
    [['user', 'show', 'a', '--q', 'b'], 2, 'Usage: parley user show USER'],
    [['user', 'list', '--nothing'], 2, "Unknown option '--nothing'"],
    [['user', 'show', 'nobody'], 1, 'There is no user "nobody"'],
    [['user', 'list', '--limit', '0'], 1, 'limit: A whole number from 1 to 200'],
  ])('parley reports what is wrong with the arguments %j', async (argv, exitCode, message) => {
    const problem = { exitCode, message: expect.stringContaining(message) };
    await expect(parley(...argv)).rejects.toMatchObject(problem);
  });

  it('parley reports a missing setting, a wrong address, a wrong key and a missing scope', async () => {
    const env = { PARLEY_URL: product.api.url, PARLEY_API_KEY: apiKey };
    const message = (more: object) =>
      runCommand(['chats', 'x'], { ...env, ...more }).catch((error: Error) => error.message);
    expect(await message({ PARLEY_API_KEY: undefined })).toMatch(/^Set PARLEY_URL .* PARLEY_API_KEY/);
    expect(await message({ PARLEY_URL: 'chat' })).toBe('PARLEY_URL=chat is not a URL.');
    expect(await message({ PARLEY_URL: 'http://127.0.0.1:9' })).toMatch(/^The api at .* does not answer: /);
    expect(await message({ PARLEY_API_KEY: 'x'.repeat(40) })).toContain('refuses PARLEY_API_KEY');
    const secret = 'r'.repeat(40);
    const hash = createHash('sha256').update(secret).digest('hex');
    await using reader = await TestApi.start({ API_KEYS: `reader:${hash}:read` });
    expect(await message({ PARLEY_URL: reader.url, PARLEY_API_KEY: secret })).toContain('lacks the scope moderate');
  });

  it('parley lists its commands when it has no arguments', async () => {
    expect(await runCommand([], {})).toContain('parley user reset-password USER');
  });
});
