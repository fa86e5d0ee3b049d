import { getLinkPreview } from './link-preview.ts';
import { list } from './list.ts';
import { listReaders } from './readers.ts';

export const messages = [list, listReaders, getLinkPreview];
