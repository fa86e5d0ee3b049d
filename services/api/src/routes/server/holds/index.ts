import { createHold } from './create.ts';
import { removeHold } from './end.ts';
import { listServerHolds } from './list.ts';
import { listPreservedMessages } from './messages.ts';

export const serverHolds = [listServerHolds, createHold, removeHold, listPreservedMessages];
