import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { JobKilled, SideProcess } from '../side-process/side-process.ts';

/**
 * Decodes pictures in separate processes. A file of a few hundred bytes can decode to gigabytes, so
 * the memory and time of each picture are limited, and users take turns. One user occupies one
 * process at a time, so that the other processes stay free for other users.
 */
export class PictureReader {
  readonly #options: PictureOptions;
  readonly #processes: SideProcess<object, Reply>[];

  constructor(options: PictureOptions) {
    this.#options = options;
    this.#processes = Array.from(
      { length: options.processes },
      () =>
        new SideProcess({
          // The worker script is next to this source file in development, and next to the bundle in
          // a build.
          file: fileURLToPath(new URL('./picture-process.js', import.meta.url)),
          memory: options.memory,
          timeout: options.timeout,
          idle: 60_000,
          maxPerOwner: options.maxPerUser,
          maxWaiting: 256,
        }),
    );
  }

  /**
   * Measures a picture after applying its EXIF orientation, and makes a thumbnail whose longer side
   * has at most {@link thumbnailEdge} pixels. Returns undefined if the file cannot be read as a
   * picture.
   *
   * @param open opens the file. Called when it is the picture's turn
   * @throws PictureTooLarge when the picture has too many pixels, or needs too much memory or time
   * to decode
   * @throws SideProcessBusy if too many pictures of this user or of all users are waiting
   */
  async read(user: number, open: () => Readable): Promise<Picture | undefined> {
    const owner = String(user);
    const process = this.#choose(owner);
    try {
      const reply = await process.run(owner, { maxPixels: this.#options.maxPixels, edge: thumbnailEdge }, open);
      if (reply.kind === 'too-many-pixels') throw new PictureTooLarge(this.#options.maxPixels);
      return reply.kind === 'picture' ? { ...reply, thumbnail: Buffer.from(reply.thumbnail) } : undefined;
    } catch (error) {
      throw error instanceof JobKilled ? new PictureTooLarge(this.#options.maxPixels, { cause: error }) : error;
    }
  }

  stop(): void {
    for (const process of this.#processes) process.stop();
  }

  #choose(owner: string): SideProcess<object, Reply> {
    const own = this.#processes.find((process) => process.has(owner));
    const free = this.#processes.toSorted((a, b) => a.load - b.load)[0];
    return own ?? (free as SideProcess<object, Reply>);
  }
}

/**
 * Thrown if decoding a picture needs too much memory or time, although the file itself can be
 * small.
 */
export class PictureTooLarge extends Error {
  override name = 'PictureTooLarge';

  constructor(maxPixels: number, options?: ErrorOptions) {
    super(
      `The picture has more than ${maxPixels} pixels or takes too much to unpack. Make it smaller and upload it again.`,
      options,
    );
  }
}

/** Length of the longer side of a thumbnail, in pixels. */
const thumbnailEdge = 320;

/** MIME type of thumbnails. */
export const thumbnailType = 'image/webp';

export interface Picture {
  width: number;
  height: number;
  thumbnail: Buffer;
}

export interface PictureOptions {
  maxPixels: number;
  processes: number;
  /** Maximum private memory of one process, in bytes. */
  memory: number;
  /** Time limit for one picture, in ms. */
  timeout: number;
  /** Maximum number of waiting pictures per user. */
  maxPerUser: number;
}

type Reply =
  | { kind: 'picture'; width: number; height: number; thumbnail: Uint8Array }
  | { kind: 'too-many-pixels' | 'none' };
