import { clear } from './clear.ts';
import { list } from './list.ts';
import { listPins } from './list-pins.ts';
import { open } from './open.ts';
import { update } from './update.ts';
import { putDraft, removeDraft } from './write-draft.ts';

export const chats = [list, open, update, putDraft, removeDraft, listPins, clear];
