// Says how large the SDK is, gzipped: `node packages/client/bin/size.mjs`. Fails when it is larger than it may be, or holds what
// is not its own.
import { exit } from 'node:process';
import { gzipSync } from 'node:zlib';
import { entries, script } from './build.mjs';

/** Bytes that everything an app can import from the SDK may take. */
const LIMIT = 12 * 1024;

const { code, inputs } = await script(entries.index);
const bytes = gzipSync(code, { level: 9 }).length;
const foreign = inputs.filter((file) => !file.includes('client/src/') && !file.startsWith('src/'));
process.stdout.write(`@parley/client: ${bytes} of ${LIMIT} bytes gzipped\n${foreign.join('\n')}`);
exit(bytes > LIMIT || foreign.length > 0 ? 1 : 0);
