import type { Media } from '@parley/protocol';
import sharp from 'sharp';
import type { Person } from './test-api.ts';

/** A small client of the tus protocol for the api at `root`. */
export class Uploader {
  readonly #root: string;
  readonly #token: string;

  constructor(root: string, person: Person) {
    this.#root = root;
    this.#token = person.session.accessToken;
  }

  /** Begins an upload. If bytes are passed, the same request sends them. */
  create(size: number, { name, type, bytes, headers = {} }: CreateOptions = {}): Promise<Response> {
    const metadata = Object.entries({ filename: name, filetype: type })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key} ${Buffer.from(value ?? '').toString('base64')}`)
      .join(',');
    return this.ask('POST', '/v1/media', {
      headers: {
        'upload-length': String(size),
        ...(metadata === '' ? {} : { 'upload-metadata': metadata }),
        ...(bytes ? { 'content-type': 'application/offset+octet-stream' } : {}),
        ...headers,
      },
      ...(bytes ? { body: bytes } : {}),
    });
  }

  /** Appends bytes at `offset`. */
  patch(path: string, offset: number, bytes: Buffer | ReadableStream): Promise<Response> {
    const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    return this.ask('PATCH', path, { headers, body: bytes, duplex: 'half' } as RequestInit);
  }

  head(path: string): Promise<Response> {
    return this.ask('HEAD', path);
  }

  /** Uploads all bytes in one request and returns the media. */
  async send(bytes: Buffer, options: CreateOptions = {}): Promise<Media> {
    const answer = await this.create(bytes.length, { ...options, bytes });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Media;
  }

  async ask(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, 'tus-resumable': '1.0.0', ...init.headers };
    return await fetch(`${this.#root}${path}`, { ...init, method, headers });
  }
}

/** Returns the path of a new upload from the `location` header. */
export function placeOf(answer: Response): string {
  return new URL(answer.headers.get('location') ?? '', answer.url).pathname;
}

/** Creates a picture of one colour. */
export function picture(width: number, height: number, type: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' = 'png') {
  return sharp({ create: { width, height, channels: 3, background: '#3366cc' } })
    .toFormat(type)
    .toBuffer();
}

interface CreateOptions {
  name?: string;
  type?: string;
  bytes?: Buffer;
  headers?: Record<string, string>;
}
