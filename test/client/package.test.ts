import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed, packageFolder, run } from './installed.ts';

let installed: Installed;
beforeAll(async () => {
  installed = await Installed.create();
});
afterAll(async () => {
  await installed?.[Symbol.asyncDispose]();
});

describe('the package', () => {
  it('stays below its size limit and bundles only its own files', async () => {
    const { stdout } = await run(process.execPath, [join(packageFolder, 'bin/size.mjs')]);
    expect(stdout).toMatch(/^@parley\/client: \d+ of 13312 bytes gzipped; \/upload: \d+\n$/);
  });

  it('has types that need no other package and no browser types', async () => {
    await installed.write(
      'app.ts',
      `import { Parley, memoryStore, type Store } from '@parley/client';
      import { fileStore } from '@parley/client/file-store';
      import { upload } from '@parley/client/upload';
      const store: Store = process.argv[2] ? fileStore(process.argv[2]) : memoryStore();
      const parley = new Parley({ api: 'http://127.0.0.1:1', store });
      parley.on('message', ({ body }) => body?.type === 'text' && body.text.toUpperCase());
      const { items } = await parley.api('GET /chats', { limit: 5 });
      items.map(({ unread }) => unread + 1);
      const { size }: { size: number } = await upload(parley, file, { progress: (sent) => sent + 1 }).done;
      // @ts-expect-error The operation has a required input.
      await parley.api('PUT /chats/{id}');
      // @ts-expect-error There is no such body type.
      parley.send(5, { type: 'txet', text: 'hi' });
      declare const file: { size: number; type: string; slice(): typeof file };
      declare const process: { argv: string[] };`,
    );
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      types: [],
    };
    await installed.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    const tsc = createRequire(join(packageFolder, 'package.json')).resolve('typescript/bin/tsc');
    await installed.write('fetch.d.ts', 'declare function fetch(url: string, init?: object): Promise<unknown>;');
    const checking = run(process.execPath, [tsc, '-p', '.'], { cwd: installed.folder });
    const result = await checking.catch((error: { stdout: string }) => error);
    expect(result.stdout).toBe('');
  });

  it('has types without zod', async () => {
    const types = await readFile(join(installed.folder, 'node_modules/@parley/client/dist/protocol.d.ts'), 'utf8');
    expect(types).toContain('export type Message =');
    expect(types).not.toMatch(/zod|import/);
  });
});
