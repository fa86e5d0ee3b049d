// Measures the gzipped size of the SDK: `node packages/client/bin/size.mjs`. Fails if the main
// module exceeds LIMIT or contains code of other packages.
import { exit } from 'node:process';
import { gzipSync } from 'node:zlib';
import { script } from './build.mjs';
import { entries } from './entries.mjs';

/** Maximum gzipped size of the main module, in bytes. */
const LIMIT = 15.25 * 1024;

const index = await measure(entries.index);
const upload = await measure(entries.upload);
process.stdout.write(`@parley/client: ${index.bytes} of ${LIMIT} bytes gzipped; /upload: ${upload.bytes}\n`);
const foreign = [...index.foreign, ...upload.foreign];
process.stdout.write(foreign.map((file) => `${file}\n`).join(''));
exit(index.bytes > LIMIT || foreign.length > 0 ? 1 : 0);

async function measure(entry) {
  const { code, inputs } = await script(entry);
  const foreign = inputs.filter((file) => !file.includes('client/src/') && !file.startsWith('src/'));
  return { bytes: gzipSync(code, { level: 9 }).length, foreign };
}
