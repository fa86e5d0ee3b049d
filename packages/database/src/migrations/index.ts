import type { Migration } from 'kysely';
import * as initial from './001-initial.ts';
import * as groupHistory from './002-group-history.ts';
import * as media from './003-media.ts';
import * as searchErase from './004-search-erase.ts';
import * as server from './005-server.ts';
import * as push from './006-push.ts';

/** Every migration by name, in order. A merged one is frozen: what it got wrong, the next one mends. */
export const migrations: Record<string, Migration> = {
  '001-initial': initial,
  '002-group-history': groupHistory,
  '003-media': media,
  '004-search-erase': searchErase,
  '005-server': server,
  '006-push': push,
};
