import { list } from './list.ts';
import { remove } from './remove.ts';
import { update } from './update.ts';

export const friends = [list, update, remove];
