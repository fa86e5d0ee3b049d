#!/usr/bin/env node
// Reconciles Redis and PostgreSQL after a restore: `DATABASE_URL=... REDIS_URL=... npm run
// reconcile`.
import { buildOne } from './build.mjs';

await buildOne('services/recorder/src/reconcile.ts', 'services/recorder/dist/reconcile.js');
await import('../../../services/recorder/dist/reconcile.js');
