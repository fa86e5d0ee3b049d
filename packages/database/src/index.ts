export { addMembers, type NewMember } from './add-members.ts';
export { advanceSeen } from './advance-seen.ts';
export { checkSchema, missingMigrations, SchemaTooNew, SchemaTooOld } from './check-schema.ts';
export { clearChat } from './clear-chat.ts';
export { groupFloor } from './group-floor.ts';
export { advanceMark, type Installation, readEndedSessions, readInstallation, settleMark } from './installation.ts';
export { type Listener, listen } from './listen.ts';
export { migrate } from './migrate.ts';
export {
  type Connection,
  type Database,
  type DatabaseOptions,
  openDatabase,
  openPool,
  type Pool,
} from './open-database.ts';
export { bumpPermits, type PermitsCopy, readPermits } from './permits.ts';
export { activeReactions, type Reactions } from './reactions.ts';
export { readDatabaseClock } from './read-clock.ts';
export { readRefs } from './read-refs.ts';
export type {
  Change,
  ChangeEntry,
  EditChange,
  Entry,
  HideEntry,
  MarkEntry,
  MessageEntry,
  PinEntry,
} from './record/entry.ts';
export { importBatch } from './record/import-batch.ts';
export type { Imported, ImportedMark, ImportedMember, ImportedMessage } from './record/imported.ts';
export { NotCommitted, writeBatch } from './record/write-batch.ts';
export { deleteAttached, expireUnshared } from './retention/delete-attached.ts';
export { expireChat } from './retention/expire-chat.ts';
export { expireGroup } from './retention/expire-group.ts';
export { grantWaiting, type MediaShare, shareMedia } from './share-media.ts';
export type { Tables } from './tables/index.ts';
export { findUnrecorded } from './verify/find-unrecorded.ts';
export { recentUsers } from './verify/recent-users.ts';
export { type Result, verifyDatabase } from './verify/verify-database.ts';
