#!/usr/bin/env node
// Checks the data of a running system for errors: `DATABASE_URL=... REDIS_URL=... npm run verify`.
import { buildOne } from './build.mjs';

await buildOne('packages/stack/src/verify/main.ts', 'packages/stack/dist/verify.js');
await import('../dist/verify.js');
