import { list } from './list.ts';

export const messages = [list];
