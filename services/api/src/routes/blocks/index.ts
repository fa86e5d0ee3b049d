import { list } from './list.ts';
import { put } from './put.ts';
import { remove } from './remove.ts';

export const blocks = [list, put, remove];
