import type { Kysely } from 'kysely';
import * as initial from './001-initial.ts';
import * as groupHistory from './002-group-history.ts';
import * as media from './003-media.ts';
import * as searchErase from './004-search-erase.ts';
import * as server from './005-server.ts';
import * as push from './006-push.ts';
import * as accounts from './007-accounts.ts';
import * as stores from './008-stores.ts';
import * as pushNotify from './009-push-notify.ts';
import * as custom from './010-custom.ts';
import * as ownData from './011-own-data.ts';
import * as pushServices from './012-push-services.ts';
import * as reports from './013-reports.ts';
import * as groupBans from './014-group-bans.ts';
import * as memberMutes from './015-member-mutes.ts';
import * as drafts from './016-drafts.ts';
import * as searchIndexes from './017-search-indexes.ts';
import * as groupNames from './018-group-names.ts';
import * as mentions from './019-mentions.ts';
import * as groupInvitations from './020-group-invitations.ts';
import * as pins from './021-pins.ts';
import * as groupSettings from './022-group-settings.ts';
import * as jobs from './023-jobs.ts';
import * as hiddenMessages from './024-hidden-messages.ts';
import * as archivedChats from './025-archived-chats.ts';
import * as imports from './026-imports.ts';
import * as pushSettings from './028-push-settings.ts';
import * as retention from './029-retention.ts';
import * as groupRetention from './031-group-retention.ts';
import * as layimMedia from './032-layim-media.ts';
import * as linkPreviews from './033-link-previews.ts';
import * as findServerUsers from './034-find-server-users.ts';
import * as mentionsOnly from './035-mentions-only.ts';
import * as legalHolds from './036-legal-holds.ts';
import * as chatRetention from './037-chat-retention.ts';

/**
 * Maps the name of every migration to the migration, in the order of execution. Never change a
 * merged migration: correct it with a new one.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
  '002-group-history': groupHistory,
  '003-media': media,
  '004-search-erase': searchErase,
  '005-server': server,
  '006-push': push,
  '007-accounts': accounts,
  '008-stores': stores,
  '009-push-notify': pushNotify,
  '010-custom': custom,
  '011-own-data': ownData,
  '012-push-services': pushServices,
  '013-reports': reports,
  '014-group-bans': groupBans,
  '015-member-mutes': memberMutes,
  '016-drafts': drafts,
  '017-search-indexes': searchIndexes,
  '018-group-names': groupNames,
  '019-mentions': mentions,
  '020-group-invitations': groupInvitations,
  '021-pins': pins,
  '022-group-settings': groupSettings,
  '023-jobs': jobs,
  '024-hidden-messages': hiddenMessages,
  '025-archived-chats': archivedChats,
  '026-imports': imports,
  '028-push-settings': pushSettings,
  '029-retention': retention,
  '031-group-retention': groupRetention,
  '032-layim-media': layimMedia,
  '033-link-previews': linkPreviews,
  '034-find-server-users': findServerUsers,
  '035-mentions-only': mentionsOnly,
  '036-legal-holds': legalHolds,
  '037-chat-retention': chatRetention,
};

/**
 * The last migration that versions before 0.1 know. Kysely's own table stores which of the
 * migrations up to this one have run.
 */
export const LAST_KYSELY_MIGRATION = '006-push';

/**
 * A migration, which only adds to the schema, so that services of the previous release can run on
 * the new schema.
 */
export interface Migration {
  up(db: Kysely<unknown>): Promise<void>;
  /**
   * True if the migration runs outside of a transaction, which concurrent index builds require.
   * Such a migration must be idempotent. Default: false.
   */
  concurrent?: boolean;
  /**
   * Name of the oldest migration that a release must contain so that its services can run on this
   * schema. Default: services of any release can.
   */
  oldest?: string;
}
