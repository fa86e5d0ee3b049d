import { erase } from './erase.ts';
import { exportAll } from './export.ts';
import { get } from './get.ts';
import { update } from './update.ts';

export const me = [get, update, exportAll, erase];
