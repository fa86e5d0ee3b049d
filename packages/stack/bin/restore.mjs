#!/usr/bin/env node
// Creates a data folder for `npm start` from a copy of `npm run backup`: `npm run restore --
// FOLDER`.
import { argv } from 'node:process';
import { build } from './build.mjs';

await build();
const { runBackup } = await import('../dist/backup.js');
await runBackup('restore', argv.slice(2));
