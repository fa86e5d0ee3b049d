import { erase } from './erase.ts';
import { get } from './get.ts';
import { update } from './update.ts';

export const me = [get, update, erase];
