import { duration, integer, size, text, type Values } from '@parley/service';
import type { PictureOptions } from './picture-reader.ts';
import type { S3Options } from './s3-bucket.ts';

const minute = 60_000;
const day = 1440 * minute;

/** Defines the environment variables for media. README.md documents them. */
export const mediaVariables = {
  MEDIA_DIR: text({ default: '.data/media' }),
  MEDIA_S3_ENDPOINT: text({ default: undefined }),
  MEDIA_S3_BUCKET: text({ default: 'parley-media' }),
  MEDIA_S3_REGION: text({ default: 'us-east-1' }),
  MEDIA_S3_ACCESS_KEY: text({ default: '' }),
  MEDIA_S3_SECRET_KEY: text({ default: '' }),
  MAX_UPLOAD: size({ min: 1, default: 100 * 1024 * 1024 }),
  MAX_PIXELS: integer({ min: 1, max: 1_000_000_000, default: 50_000_000 }),
  PICTURE_PROCESSES: integer({ min: 1, max: 16, default: 2 }),
  PICTURE_MEMORY: size({ min: 128 * 1024 * 1024, default: 256 * 1024 * 1024 }),
  PICTURE_TIME: duration({ min: 100, default: 20_000 }),
  MAX_PICTURES_WAITING: integer({ min: 1, default: 8 }),
  MEDIA_QUOTA: size({ min: 0, default: 10 * 1024 ** 3 }),
  MAX_UPLOADS_AT_ONCE: integer({ min: 1, default: 8 }),
  FORM_MEMORY: size({ min: 11 * 1024 * 1024, default: 32 * 1024 * 1024 }),
  FORM_TIME: duration({ min: 100, default: 2 * minute }),
  UPLOADS_PER_MINUTE: integer({ min: 1, default: 60 }),
  UPLOAD_TTL: duration({ min: 1000, default: day }),
  UPLOAD_SILENCE: duration({ min: 100, default: minute / 2 }),
  MEDIA_UNSENT_TTL: duration({ min: 1000, default: day }),
  MEDIA_URL_TTL: duration({ min: 1000, max: day, default: 10 * minute }),
  LAYIM_MEDIA_TTL: duration({ min: 1000, default: 30 * day }),
  MEDIA_SWEEP_INTERVAL: duration({ min: 10, default: 5 * minute }),
};

/** Converts the environment variables for media to `MediaConfig`. */
export function mediaConfig(value: Values<typeof mediaVariables>): MediaConfig {
  const endpoint = value.MEDIA_S3_ENDPOINT;
  return {
    folder: value.MEDIA_DIR,
    s3: endpoint
      ? {
          endpoint,
          bucket: value.MEDIA_S3_BUCKET,
          region: value.MEDIA_S3_REGION,
          accessKey: value.MEDIA_S3_ACCESS_KEY,
          secretKey: value.MEDIA_S3_SECRET_KEY,
        }
      : undefined,
    maxBytes: value.MAX_UPLOAD,
    maxPixels: value.MAX_PIXELS,
    pictures: {
      processes: value.PICTURE_PROCESSES,
      memory: value.PICTURE_MEMORY,
      timeout: value.PICTURE_TIME,
      maxPerUser: value.MAX_PICTURES_WAITING,
    },
    quota: value.MEDIA_QUOTA,
    uploadsAtOnce: value.MAX_UPLOADS_AT_ONCE,
    formMemory: value.FORM_MEMORY,
    formTime: value.FORM_TIME,
    uploadsPerMinute: value.UPLOADS_PER_MINUTE,
    uploadTtl: value.UPLOAD_TTL,
    uploadSilence: value.UPLOAD_SILENCE,
    unsentTtl: value.MEDIA_UNSENT_TTL,
    urlTtl: value.MEDIA_URL_TTL,
    layimTtl: value.LAYIM_MEDIA_TTL,
    sweepInterval: value.MEDIA_SWEEP_INTERVAL,
  };
}

/** Settings of media. Times are in ms. */
export interface MediaConfig {
  /** Folder in which media files are stored. Unused if they are stored in S3. */
  folder: string;
  s3: S3Options | undefined;
  /** Maximum bytes of one upload. */
  maxBytes: number;
  /** Maximum number of pixels of a picture. Larger pictures are rejected. */
  maxPixels: number;
  /** Settings of the processes that read pictures. */
  pictures: Omit<PictureOptions, 'maxPixels'>;
  /** Maximum bytes of all stored uploads of a user. 0: no limit. */
  quota: number;
  /**
   * Maximum number of uploads in flight per user, in each process. An address is allowed four times
   * as many.
   */
  uploadsAtOnce: number;
  /** Maximum memory for LayIM forms in flight, in bytes per process. */
  formMemory: number;
  /** Ms within which a LayIM form must arrive. */
  formTime: number;
  /** Maximum number of new uploads per minute and user. */
  uploadsPerMinute: number;
  /** Ms from the creation of an upload until it must be complete. */
  uploadTtl: number;
  /**
   * Ms without a byte after which an upload request is aborted. The client can resume the upload.
   */
  uploadSilence: number;
  /** Ms after which a media file that was not sent in a message is deleted. */
  unsentTtl: number;
  /** Minimum time in ms for which a signed media URL is valid. The maximum is twice as long. */
  urlTtl: number;
  /** Ms for which the URL of a file in a LayIM page is valid. */
  layimTtl: number;
  /** Ms between two runs of the sweeper, which deletes expired media. */
  sweepInterval: number;
}
