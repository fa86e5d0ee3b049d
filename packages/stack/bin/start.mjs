// `npm start`: bundles the services and the web client, then runs src/start.ts.
import { argv, exit } from 'node:process';
import { build } from './build.mjs';
import { buildWeb } from './build-web.mjs';

process.setSourceMapsEnabled(true);
// The builds run one after the other, because both use esbuild, and the first one stops it.
await build()
  .then(buildWeb)
  .catch(() => exit(1));
const { start } = await import('../dist/start.js');
await start(argv.slice(2));
