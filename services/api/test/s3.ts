import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { S3Options } from '../src/media/s3-bucket.ts';
import { S3Bucket } from '../src/media/s3-bucket.ts';

/** Starts an S3 store with one bucket. */
export async function startS3(): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-s3-'));
  const buckets = [{ name: 'media', configs: [] }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: buckets });
  const { port } = await server.run();
  const keys = { accessKey: 'S3RVER', secretKey: 'S3RVER' };
  const options = { endpoint: `http://127.0.0.1:${port}`, bucket: 'media', region: 'us-east-1', ...keys };
  const stop = async (): Promise<void> => {
    await server.close();
    await rm(directory, { recursive: true });
  };
  return { options, bucket: new S3Bucket(options), stop };
}

export interface TestS3 {
  options: S3Options;
  bucket: S3Bucket;
  stop(): Promise<void>;
}
