// `npm start`: bundles the services and the web client, then starts them with what they need. The work is in src/start.ts.
import { argv, exit } from 'node:process';
import { build } from './build.mjs';
import { buildWeb } from './build-web.mjs';

process.setSourceMapsEnabled(true);
// One after the other: both run on esbuild, which the first one stops at its end.
await build()
  .then(buildWeb)
  .catch(() => exit(1));
const { start } = await import('../dist/start.js');
await start(argv.slice(2));
