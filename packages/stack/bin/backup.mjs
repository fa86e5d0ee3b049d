#!/usr/bin/env node
// Copies the data of a running `npm start` to a new folder: `npm run backup -- FOLDER`.
import { argv } from 'node:process';
import { build } from './build.mjs';

await build();
const { runBackup } = await import('../dist/backup.js');
await runBackup('backup', argv.slice(2));
