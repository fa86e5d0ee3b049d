import { openDatabase } from '@parley/database';
import { type BucketLag, connectRedis, readRecordLag } from '@parley/redis';
import { EnvError, type Environment } from '@parley/service';
import { type ApiConfig, readConfig } from '../../config.ts';
import { reasonOf } from '../doctor/check.ts';
import { format } from '../format.ts';
import { inTime, TIMEOUT_MS } from '../in-time.ts';
import { readFlags } from '../read-flags.ts';
import { CliError } from '../server-client.ts';
import { type NoticeLag, readNoticeLag } from './lag-queries.ts';

/**
 * Runs `parley lag`, which shows the entries in Redis that wait for the recorder, and the notices
 * in PostgreSQL that wait for an api. Resolves with the output, and with whether a store could not
 * be read.
 *
 * @param argv the arguments after `lag`
 * @param env the environment of the api
 */
export async function runLag(argv: readonly string[], env: Environment): Promise<{ output: string; failed: boolean }> {
  const { json } = readFlags('lag', argv, ['json']);
  const config = configOf(env);
  // Reads the stores independently, so that one is shown even if the other does not respond.
  const [records, notices] = await Promise.all([
    settle('Redis', () => readRecords(config)),
    settle('PostgreSQL', () => readNotices(config)),
  ]);
  const failed = 'error' in records || 'error' in notices;
  if (json) return { output: JSON.stringify({ records, notices }), failed };
  return { output: [...recordLines(records), noticeLine(notices)].join('\n'), failed };
}

async function readRecords({ redis: { url, buckets } }: ApiConfig): Promise<Records> {
  const redis = await connectRedis({ url, buckets, name: 'parley-lag' });
  try {
    const lags = await readRecordLag(redis);
    return {
      entries: lags.reduce((sum, { entries }) => sum + entries, 0),
      bytes: lags.reduce((sum, { bytes }) => sum + bytes, 0),
      oldest: lags.length === 0 ? null : Math.min(...lags.map(({ oldest }) => oldest)),
      buckets: lags,
    };
  } finally {
    await redis.close();
  }
}

async function readNotices({ database: { url } }: ApiConfig): Promise<NoticeLag> {
  const options = { url, maxConnections: 1, name: 'parley-lag' };
  await using db = openDatabase({ ...options, connectTimeout: TIMEOUT_MS, statementTimeout: TIMEOUT_MS });
  return await readNoticeLag(db);
}

async function settle<T>(server: string, work: () => Promise<T>): Promise<T | Unread> {
  try {
    return await inTime(server, work);
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

function recordLines(records: Records | Unread): string[] {
  if ('error' in records) return [`Redis: ${records.error}`];
  const { entries, bytes, oldest, buckets } = records;
  if (oldest === null) return ['No entry waits for the recorder.'];
  const total = `${entries} entries in ${buckets.length} buckets wait for the recorder: ${bytes} bytes, ${since(oldest)}`;
  return [total, format(buckets, ['bucket', 'entries', 'bytes', 'oldest'])];
}

function noticeLine(notices: NoticeLag | Unread): string {
  if ('error' in notices) return `PostgreSQL: ${notices.error}`;
  const { overdue, oldest } = notices;
  return oldest === null
    ? 'No notice of a change is overdue.'
    : `${overdue} notices of changes are overdue, ${since(oldest)}`;
}

function since(oldest: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - oldest) / 1000));
  return `the oldest since ${seconds} s (${new Date(oldest).toISOString()})`;
}

function configOf(env: Environment): ApiConfig {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    const problems = error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
    throw new CliError(['It needs the environment of the api:', ...problems].join('\n'), 2);
  }
}

interface Records extends Omit<BucketLag, 'bucket' | 'oldest'> {
  oldest: number | null;
  /** Buckets in which entries are waiting. */
  buckets: BucketLag[];
}

/** The error that is shown for a store that could not be read. */
interface Unread {
  error: string;
}
