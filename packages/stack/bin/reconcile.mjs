#!/usr/bin/env node
// Makes Redis and PostgreSQL consistent after one of them was restored from a backup:
// `DATABASE_URL=... REDIS_URL=... npm run reconcile`.
import { buildOne } from './build.mjs';

await buildOne('services/recorder/src/reconcile.ts', 'services/recorder/dist/reconcile.js');
await import('../../../services/recorder/dist/reconcile.js');
