import { advanceMark, type Database, readEndedSessions, readInstallation } from '@parley/database';
import {
  noteRefLoss,
  type RedisConnection,
  readMarks,
  revokeSession,
  writeMarks,
  writeStoreStatus,
} from '@parley/redis';
import { type Log, type Registry, StoresMonitor } from '@parley/service';

/** Creates a monitor that compares Redis and PostgreSQL over the connections of this process. */
export function createStoresMonitor(db: Database, redis: RedisConnection, log: Log, metrics: Registry): StoresMonitor {
  return new StoresMonitor(
    {
      database: {
        read: () => readInstallation(db),
        advance: (from, interval) => advanceMark(db, from, interval),
        readEndedSessions: () => readEndedSessions(db),
      },
      redis: {
        readMarks: () => readMarks(redis),
        writeMarks: (progress) => writeMarks(redis, progress),
        writeStatus: (status) => writeStoreStatus(redis, status),
        noteRefLoss: () => noteRefLoss(redis),
        revokeSession: (user, session, until) => revokeSession(redis, user, session, until),
      },
      log,
    },
    metrics,
  );
}
