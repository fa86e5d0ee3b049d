import type { RedisConnection } from './redis-connection.ts';
import { readProcesses } from './share-settings.ts';

/**
 * Features that recorders have since this release. They store `custom` of messages and edits,
 * recalls by moderators, the final content of streamed messages, pins, hidden messages and private
 * read marks, and do not count notices as unread. A recorder publishes its features as shared
 * settings, so that other processes see what it can store.
 */
export const recorderFeatures = {
  RECORDS_CUSTOM: '1',
  ENDS_STREAMS: '1',
  RECORDS_PINS: '1',
  RECORDS_HIDES: '1',
  RECORDS_PRIVATE_READS: '1',
  RECORDS_NOTICES: '1',
};

/**
 * Returns whether a running recorder lacks one of the features. This happens during an update or a
 * rollback.
 */
export async function hasOldRecorder(redis: RedisConnection): Promise<boolean> {
  const { processes } = await readProcesses(redis);
  return processes.some(
    ({ name, settings }) =>
      name.startsWith('recorder ') && Object.keys(recorderFeatures).some((feature) => settings[feature] === undefined),
  );
}
