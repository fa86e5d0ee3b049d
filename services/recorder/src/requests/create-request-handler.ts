import { type Database, readPermits, readRefs } from '@parley/database';
import {
  type RedisConnection,
  writeExternalUser,
  writeFacts,
  writePermits,
  writePins,
  writeRecordedRefs,
} from '@parley/redis';
import { findExternal } from './find-external.ts';
import { followRecords } from './follow-records.ts';
import { readFacts } from './read-facts.ts';
import { readPins } from './read-pins.ts';
import { RequestHandler } from './request-handler.ts';

/**
 * Creates a request handler that reads PostgreSQL and writes copies to Redis.
 *
 * @param hurry makes the recorder write the waiting records without delay
 */
export function createRequestHandler(
  redis: RedisConnection,
  db: Database,
  hurry: () => void,
  onError: (error: unknown) => void,
): RequestHandler {
  return new RequestHandler({
    rebuildPermits: async (id) => writePermits(redis, id, await readPermits(db, id)),
    copyExternal: async (external) => writeExternalUser(redis, external, await findExternal(db, external), true),
    copyRefs: async (request) =>
      writeRecordedRefs(redis, request.conversation, request.user, await readRefs(db, request)),
    copyPins: async (request) => writePins(redis, request.conversation, await readPins(db, request)),
    readFacts: (request) => readFacts(db, request),
    copyFacts: ({ user, chat, id }, facts) => writeFacts(redis, user, chat, id, facts),
    followRecords: (conversation) => followRecords(redis, conversation),
    hurry,
    onError,
  });
}
