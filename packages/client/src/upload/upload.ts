import type { Media } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import { backoff } from '../link/backoff.ts';
import type { Parley } from '../parley.ts';

/** Bytes of the first part; more while a part takes less than half a second, up to the most. */
const PART = { first: 256 * 1024, most: 8 * 1024 * 1024, quick: 500 };

const BACKOFF = { first: 500, most: 30_000 };

/**
 * Uploads a file, part by part: what breaks off goes on where it was, for as long as it may succeed. The media is put into a message
 * then: `parley.send(chat, { type: 'file', media: media.id, name, size, mime })`.
 */
export function upload(parley: Pick<Parley, 'request' | 'api'>, file: FileLike, options: UploadOptions = {}): Upload {
  return new Upload(parley, file, options);
}

/** An upload under way. */
export class Upload {
  readonly #parley: Pick<Parley, 'request' | 'api'>;
  readonly #file: FileLike;
  readonly #options: UploadOptions;
  #abort = new AbortController();
  #part = PART.first;
  #run: Promise<void> | undefined;
  #settle!: { resolve(media: Media): void; reject(error: unknown): void };
  /** The media once it is whole. Rejects with a ParleyError when it is refused, `aborted` when it was cancelled. */
  readonly done: Promise<Media>;
  state: 'running' | 'paused' | 'done' | 'failed' = 'running';
  /** Its name on the server: with it as `options.id` another page goes on. Undefined until the server knows of it. */
  id: number | undefined;
  /** Bytes that have arrived. */
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

  /** Sends nothing more until `resume`. What has arrived stays there for a day or so. */
  pause(): void {
    if (this.state !== 'running') return;
    this.state = 'paused';
    this.#abort.abort();
  }

  /** Goes on after `pause`. */
  resume(): void {
    if (this.state === 'paused') this.#start();
  }

  /** Ends it, and removes what has arrived. */
  async cancel(): Promise<void> {
    if (this.state === 'done' || this.state === 'failed') return;
    this.#end('failed');
    this.#settle.reject(new ParleyError('aborted', 'Cancelled'));
    await this.#run;
    if (this.id !== undefined) await this.#ask('DELETE').catch(() => {});
  }

  #start(): void {
    this.state = 'running';
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    // One at a time: the server holds an upload for the request that is at it.
    this.#run = (this.#run ?? Promise.resolve()).then(() => this.#upload(signal));
  }

  async #upload(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const before = this.sent;
        const media = this.id === undefined ? await this.#begin(signal) : await this.#goOn(signal);
        if (this.sent > before) failures = 0;
        if (!media) continue;
        if (signal.aborted) return;
        this.#end('done');
        return this.#settle.resolve(media);
      } catch (error) {
        if (signal.aborted) return;
        const { retry, status } = error as ParleyError;
        // Another request was at it, or more had arrived than was known.
        if (!retry && status !== 409 && status !== 423) {
          this.#end('failed');
          return this.#settle.reject(error);
        }
        await pause(backoff(failures++, BACKOFF), signal);
      }
    }
  }

  /** Tells the server what will come. */
  async #begin(signal: AbortSignal): Promise<Media | undefined> {
    const { size, name: own, type } = this.#file;
    const { name = own, type: filetype = type, width, height, duration } = this.#options;
    const told = Object.entries({ filename: name, filetype, width, height, duration })
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value]) => `${key} ${base64(String(value))}`);
    const headers: Record<string, string> = { ...tus, 'upload-length': String(size) };
    if (told.length > 0) headers['upload-metadata'] = told.join(',');
    const answer = await this.#parley.request('/media', { method: 'POST', headers, signal });
    this.id = Number(/\/(\d+)$/.exec(answer.headers.get('location') ?? '')?.[1]);
    this.#tell(0);
    // A file of no bytes is whole by now.
    return size === 0 ? this.#media() : this.#send(signal);
  }

  /** Asks how much is there, and sends what is not. */
  async #goOn(signal: AbortSignal): Promise<Media | undefined> {
    try {
      const answer = await this.#ask('HEAD', { signal });
      this.#tell(Number(answer.headers.get('upload-offset')));
    } catch (error) {
      const { status } = error as ParleyError;
      if (status !== 404 && status !== 410) throw error;
      // It was given up there; it begins anew.
      this.id = undefined;
      return undefined;
    }
    return this.sent === this.#file.size ? this.#media() : this.#send(signal);
  }

  /** Sends parts until the file is whole. */
  async #send(signal: AbortSignal): Promise<Media | undefined> {
    while (!signal.aborted) {
      const body = this.#file.slice(this.sent, this.sent + this.#part) as Blob;
      const headers = { 'upload-offset': String(this.sent), 'content-type': 'application/offset+octet-stream' };
      const began = Date.now();
      const answer = await this.#ask('PATCH', { headers, body, signal });
      if (Date.now() - began < PART.quick) this.#part = Math.min(PART.most, 2 * this.#part);
      this.#tell(this.sent + body.size);
      if (answer.status === 200) return (await answer.json()) as Media;
      if (this.sent >= this.#file.size) return this.#media();
    }
    return undefined;
  }

  #media(): Promise<Media> {
    return this.#parley.api('GET /media/{id}/info', { id: this.id as number });
  }

  #ask(method: string, { headers, ...init }: Parameters<Parley['request']>[1] = {}) {
    return this.#parley.request(`/media/uploads/${this.id}`, { ...init, method, headers: { ...tus, ...headers } });
  }

  #tell(sent: number): void {
    this.sent = sent;
    this.#options.progress?.(sent, this.#file.size);
  }

  #end(state: 'done' | 'failed'): void {
    this.state = state;
    this.#abort.abort();
  }
}

const tus = { 'tus-resumable': '1.0.0' };

/** Of UTF-8. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
  });
}

/** What is needed of a `Blob` or `File`: whoever uses the SDK need not have the types of a browser. */
export interface FileLike {
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  slice(start: number, end: number): FileLike;
}

/** What an upload can be told. */
export interface UploadOptions {
  /** The file's name; its own when absent. */
  name?: string;
  /** Its MIME type; its own when absent. The server looks for itself what it is. */
  type?: string;
  /** Of a film: pixels. */
  width?: number;
  height?: number;
  /** Of sound and film: seconds. */
  duration?: number;
  /** An upload of the same file to go on with, as `Upload.id` said. */
  id?: number;
  /** Hears how many bytes of how many have arrived, after each part. */
  progress?(sent: number, size: number): void;
}
