#!/usr/bin/env node
// Runs a command of the command-line tool `parley`: `PARLEY_URL=... PARLEY_API_KEY=... npm run
// parley -- user list`.
import { buildOne } from './build.mjs';

await buildOne('services/api/src/cli/main.ts', 'services/api/dist/parley.js');
await import('../../../services/api/dist/parley.js');
