// `npm start`: bundles the services, then starts them with what they need. The work is in src/start.ts.
import { argv, exit } from 'node:process';
import { build } from './build.mjs';

process.setSourceMapsEnabled(true);
await build().catch(() => exit(1));
const { start } = await import('../dist/start.js');
await start(argv.slice(2));
