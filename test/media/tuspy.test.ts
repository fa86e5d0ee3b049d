import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parley } from '@parley/client';
import type { Stack } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPython } from '../stack/toolchains.ts';

const installed = hasPython('uploads by tuspy', 'tusclient');
const run = promisify(execFile);
const bytes = randomBytes(1_000_000);
let stack: Stack;
let ann: Parley;
let folder: string;
beforeAll(async () => {
  if (!installed) return;
  folder = await mkdtemp(join(tmpdir(), 'parley-tuspy-'));
  await writeFile(join(folder, 'bytes'), bytes);
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'upload.py'), script);
  await writeFile(join(folder, 'limited.py'), limited);
  stack = await startTestStack({ env: { REQUESTS_PER_MINUTE: '120' } });
  ann = new Parley({ api: stack.apiUrl });
  await ann.register({ username: 'ann', password: 'correct horse battery' });
}, 120_000);
afterAll(async () => {
  await ann?.close();
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/**
 * Uploads part of a file, then the rest with a new uploader. Prints the offset between the two, and
 * the URL.
 */
const script = `
import json, sys
from tusclient import client

url, token, file, metadata, chunk = sys.argv[1:]
tus = client.TusClient(url, headers={"Authorization": "Bearer " + token})
first = tus.uploader(file, metadata=json.loads(metadata), chunk_size=int(chunk))
if first.get_file_size() == 0:
    first.upload()
else:
    first.upload_chunk()
second = tus.uploader(file, url=first.url, chunk_size=int(chunk))
resumed = second.offset
second.upload()
print(json.dumps({"url": first.url, "resumed": resumed}))
`;

/**
 * Creates an upload, sends requests until the api returns 429, then uploads the file. Prints the
 * offset at the end, and the URL.
 */
const limited = `
import json, sys, requests
from tusclient import client

url, token, file, metadata, chunk = sys.argv[1:]
headers = {"Authorization": "Bearer " + token}
tus = client.TusClient(url, headers=headers)
uploader = tus.uploader(file, chunk_size=int(chunk), retries=30, retry_delay=2)
uploader.set_url(uploader.create_url())
while requests.get(url.replace("/media", "/me"), headers=headers).status_code != 429:
    pass
uploader.upload()
print(json.dumps({"url": uploader.url, "resumed": uploader.offset}))
`;

/** Uploads a file with a Python script and reads it back. */
async function upload(file: string, metadata: object, chunk = 400_000, program = 'upload.py') {
  const media = `${stack.apiUrl.replace(/\/v1$/, '')}/v1/media`;
  const token = ann.session?.accessToken ?? '';
  const args = [program, media, token, file, JSON.stringify(metadata), String(chunk)];
  const { stdout } = await run('python3', args, { cwd: folder });
  const { url, resumed } = JSON.parse(stdout) as { url: string; resumed: number };
  const id = Number(/(\d+)$/.exec(url)?.[1]);
  const content = Buffer.from(await (await ann.request(`/media/${id}`)).arrayBuffer());
  return { resumed, content, info: await ann.api('GET /media/{id}/info', { id }) };
}

describe.skipIf(!installed)('tuspy (skipped without: pip install tuspy)', () => {
  it('tuspy uploads a file in chunks, and a new uploader resumes the upload', async () => {
    const { resumed, content, info } = await upload('bytes', { filename: 'Grüße 1.bin' });
    expect(resumed).toBe(400_000);
    expect(content.equals(bytes)).toBe(true);
    expect(info).toMatchObject({ name: 'Grüße 1.bin', size: bytes.length });
  });

  it('tuspy uploads a file without metadata, although it then sends an empty header', async () => {
    const { content, info } = await upload('bytes', {});
    expect(content.equals(bytes)).toBe(true);
    expect(info).toMatchObject({ name: 'file', size: bytes.length });
  });

  it('when the api returns 429, tuspy repeats the request and completes the upload', async () => {
    const { resumed, content } = await upload('bytes', {}, 1_000_000, 'limited.py');
    expect(resumed).toBe(bytes.length);
    expect(content.equals(bytes)).toBe(true);
  });

  it('tuspy uploads an empty file', async () => {
    expect((await upload('empty', {})).info).toMatchObject({ size: 0 });
  });
});
