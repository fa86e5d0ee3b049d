import { listDead, removeDead, replayDead } from './dead.ts';
import { listEndpoints } from './list.ts';

export const serverWebhooks = [listEndpoints, listDead, replayDead, removeDead];
