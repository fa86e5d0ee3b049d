import { list } from './list.ts';
import { listReaders } from './readers.ts';

export const messages = [list, listReaders];
