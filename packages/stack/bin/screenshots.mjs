// Creates the screenshots in the README: `node packages/stack/bin/screenshots.mjs [folder
// [name…]]`. Runs the script test/web/screenshots.ts.
import { argv } from 'node:process';
import { buildOne } from './build.mjs';

await buildOne('test/web/screenshots.ts', 'packages/stack/dist/screenshots.js');
const { takeScreenshots } = await import('../dist/screenshots.js');
await takeScreenshots(argv[2], argv.slice(3));
process.exit(0);
