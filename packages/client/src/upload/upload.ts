import type { Media } from '@parley/protocol';
import { backoff } from '../connection/backoff.ts';
import { ParleyError } from '../error.ts';
import type { Parley } from '../parley.ts';

/**
 * Sizes of chunks in bytes. The size doubles from `first` to `max` while a chunk takes less than
 * `fastMs` ms.
 */
const CHUNK = { first: 256 * 1024, max: 8 * 1024 * 1024, fastMs: 500 };

const BACKOFF = { first: 500, most: 30_000 };

/**
 * Uploads a file in chunks over the tus protocol. Retries after failures, and resumes after the
 * last byte that the server has received. Send the result in a message: `parley.send(chat, { type:
 * 'file', media: media.id, name, size, mime })`.
 */
export function upload(parley: Pick<Parley, 'request' | 'api'>, file: FileLike, options: UploadOptions = {}): Upload {
  return new Upload(parley, file, options);
}

/** An upload in progress. */
export class Upload {
  readonly #parley: Pick<Parley, 'request' | 'api'>;
  readonly #file: FileLike;
  readonly #options: UploadOptions;
  #abort = new AbortController();
  #chunk = CHUNK.first;
  #run: Promise<void> | undefined;
  #settle!: { resolve(media: Media): void; reject(error: unknown): void };
  /**
   * Resolves with the uploaded media. Rejects with a ParleyError if the server refuses the upload,
   * and with the code `aborted` after `cancel`.
   */
  readonly done: Promise<Media>;
  state: 'running' | 'paused' | 'done' | 'failed' = 'running';
  /**
   * Id of the upload on the server, with which another page can resume it (`options.id`). Undefined
   * until the server has created the upload.
   */
  id: number | undefined;
  /** Number of bytes that the server has received. */
  sent = 0;

  constructor(parley: Pick<Parley, 'request' | 'api'>, file: FileLike, options: UploadOptions) {
    this.#parley = parley;
    this.#file = file;
    this.#options = options;
    this.id = options.id;
    this.done = new Promise<Media>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => {});
    this.#start();
  }

  /**
   * Stops the transfer until `resume` is called. By default, the server keeps unfinished uploads
   * for a day.
   */
  pause(): void {
    if (this.state !== 'running') return;
    this.state = 'paused';
    this.#abort.abort();
  }

  /** Continues the transfer after `pause`. */
  resume(): void {
    if (this.state === 'paused') this.#start();
  }

  /**
   * Cancels the upload and deletes it on the server, even after a failure. No-op if the upload is
   * done.
   */
  async cancel(): Promise<void> {
    if (this.state === 'done') return;
    this.#end('failed');
    this.#settle.reject(new ParleyError('aborted', 'Cancelled'));
    await this.#run;
    if (this.id !== undefined) await this.#request('DELETE').catch(() => {});
  }

  #start(): void {
    this.state = 'running';
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    // Sends one request at a time, because the server locks an upload while a request writes to it.
    this.#run = (this.#run ?? Promise.resolve()).then(() => this.#upload(signal));
  }

  async #upload(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const before = this.sent;
        const media = this.id === undefined ? await this.#create(signal) : await this.#continue(signal);
        if (this.sent > before) failures = 0;
        if (!media) continue;
        if (signal.aborted) return;
        this.#end('done');
        return this.#settle.resolve(media);
      } catch (error) {
        if (signal.aborted) return;
        const { retry, status } = error as ParleyError;
        // Retries after 423 (another request writes to the upload) and 409 (the server has received
        // more bytes than the client expects).
        const { retries = Number.POSITIVE_INFINITY } = this.#options;
        if ((!retry && status !== 409 && status !== 423) || failures >= retries) {
          this.#end('failed');
          return this.#settle.reject(error);
        }
        await pause(backoff(failures++, BACKOFF), signal);
      }
    }
  }

  /** Creates the upload on the server, then sends the file. */
  async #create(signal: AbortSignal): Promise<Media | undefined> {
    const { size, name: own, type } = this.#file;
    const { name = own, type: filetype = type, width, height, duration } = this.#options;
    const metadata = Object.entries({ filename: name, filetype, width, height, duration })
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value]) => `${key} ${base64(String(value))}`);
    const headers: Record<string, string> = { ...tus, 'upload-length': String(size) };
    if (metadata.length > 0) headers['upload-metadata'] = metadata.join(',');
    const response = await this.#parley.request('/media', { method: 'POST', headers, signal });
    this.id = Number(/\/(\d+)$/.exec(response.headers.get('location') ?? '')?.[1]);
    this.#progress(0);
    // An empty file is complete as soon as it is created.
    return size === 0 ? this.#media() : this.#send(signal);
  }

  /** Reads how many bytes the server has received, then sends the rest. */
  async #continue(signal: AbortSignal): Promise<Media | undefined> {
    try {
      const response = await this.#request('HEAD', { signal });
      this.#progress(Number(response.headers.get('upload-offset')));
    } catch (error) {
      const { status } = error as ParleyError;
      if (status !== 404 && status !== 410) throw error;
      // Creates a new upload, because the server has deleted the old one.
      this.id = undefined;
      return undefined;
    }
    return this.sent === this.#file.size ? this.#media() : this.#send(signal);
  }

  /** Sends chunks until the whole file is sent. */
  async #send(signal: AbortSignal): Promise<Media | undefined> {
    while (!signal.aborted) {
      const body = this.#file.slice(this.sent, this.sent + this.#chunk) as Blob;
      const headers = { 'upload-offset': String(this.sent), 'content-type': 'application/offset+octet-stream' };
      const startedAt = Date.now();
      const response = await this.#request('PATCH', { headers, body, signal });
      if (Date.now() - startedAt < CHUNK.fastMs) this.#chunk = Math.min(CHUNK.max, 2 * this.#chunk);
      this.#progress(this.sent + body.size);
      if (response.status === 200) return (await response.json()) as Media;
      if (this.sent >= this.#file.size) return this.#media();
    }
    return undefined;
  }

  #media(): Promise<Media> {
    return this.#parley.api('GET /media/{id}/info', { id: this.id as number });
  }

  #request(method: string, { headers, ...init }: Parameters<Parley['request']>[1] = {}) {
    return this.#parley.request(`/media/uploads/${this.id}`, { ...init, method, headers: { ...tus, ...headers } });
  }

  #progress(sent: number): void {
    this.sent = sent;
    this.#options.progress?.(sent, this.#file.size);
  }

  #end(state: 'done' | 'failed'): void {
    this.state = state;
    this.#abort.abort();
  }
}

const tus = { 'tus-resumable': '1.0.0' };

/** Encodes the UTF-8 bytes of a text in base64. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
  });
}

/**
 * The part of `Blob` and `File` that the SDK uses. Declared here, so that apps need no browser
 * types.
 */
export interface FileLike {
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  slice(start: number, end: number): FileLike;
}

/** Options of an upload. */
export interface UploadOptions {
  /** Name of the file. Default: `file.name`. */
  name?: string;
  /** MIME type of the file. Default: `file.type`. The server also detects the type itself. */
  type?: string;
  /** Width of a video, in pixels. */
  width?: number;
  /** Height of a video, in pixels. */
  height?: number;
  /** Duration of audio and video, in seconds. */
  duration?: number;
  /** `Upload.id` of an earlier upload of the same file, which is resumed. */
  id?: number;
  /**
   * Number of retries without progress after which `done` rejects. The app can resume the upload
   * later with its `id`. Default: no limit.
   */
  retries?: number;
  /**
   * Called when the server has created the upload, and after each chunk.
   *
   * @param sent number of bytes that the server has received
   * @param size size of the file in bytes
   */
  progress?(sent: number, size: number): void;
}
