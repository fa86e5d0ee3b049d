import type { RedisConnection } from './redis-connection.ts';
import { readProcesses } from './share-settings.ts';

/**
 * What recorders of this version store and those of the release before do not: `custom` of messages
 * and edits, recalls by moderators, and the ends of streams. A recorder shares them as settings.
 */
export const recorderFeatures = { RECORDS_CUSTOM: '1', ENDS_STREAMS: '1' };

/** Whether a running recorder lacks one of the features, as during an update or a rollback. */
export async function hasOldRecorder(redis: RedisConnection): Promise<boolean> {
  const { processes } = await readProcesses(redis);
  return processes.some(
    ({ name, settings }) =>
      name.startsWith('recorder ') && Object.keys(recorderFeatures).some((feature) => settings[feature] === undefined),
  );
}
