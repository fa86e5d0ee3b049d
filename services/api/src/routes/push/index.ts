import { get } from './get.ts';
import { put } from './put.ts';
import { remove } from './remove.ts';

export const push = [get, put, remove];
