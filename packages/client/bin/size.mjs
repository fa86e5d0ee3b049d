// Says how large the SDK is, gzipped: `node packages/client/bin/size.mjs`. Fails when it is larger than it may be, or holds what
// is not its own.
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, stop } from 'esbuild';

/** Bytes that everything an app can import from the SDK may take. */
const LIMIT = 12 * 1024;

/** The SDK's bytes, minified and gzipped, and the files they are made of. */
async function measure() {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    legalComments: 'none',
  });
  await stop();
  return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, inputs } = await measure();
  const foreign = inputs.filter((file) => !file.includes('client/src/') && !file.startsWith('src/'));
  process.stdout.write(`@parley/client: ${bytes} of ${LIMIT} bytes gzipped\n${foreign.join('\n')}`);
  exit(bytes > LIMIT || foreign.length > 0 ? 1 : 0);
}
