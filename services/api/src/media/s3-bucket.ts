import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { MediaStoreError } from './media-store-error.ts';

/**
 * Client for one bucket of an S3 store. Retries a failed request up to three times, then rejects
 * with a `MediaStoreError`.
 */
export class S3Bucket {
  readonly #client: AwsClient;
  readonly #root: string;

  constructor({ endpoint, bucket, region, accessKey, secretKey }: S3Options) {
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
    this.#client = new AwsClient({ ...keys, region, service: 's3', retries: 3 });
    this.#root = `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  }

  async put(name: string, content: Buffer): Promise<void> {
    const digest = createHash('sha256').update(content).digest('hex');
    const headers = { 'x-amz-content-sha256': digest, 'content-length': String(content.length) };
    await this.#request(`/${name}`, { method: 'PUT', body: content, headers });
  }

  /** Yields the bytes of an object from `start` to `end`, both included. */
  async *get(name: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    const response = await this.#request(`/${name}`, { headers: { range: `bytes=${start}-${end}` } });
    if (!response.body) return;
    // Cuts the response to the requested range, because some stores ignore the end of the range or
    // the whole range.
    let position = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? 0);
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const wanted = chunk.subarray(Math.max(0, start - position), Math.max(0, end + 1 - position));
      if (wanted.length > 0) yield wanted;
      position += chunk.length;
      if (position > end) return;
    }
  }

  async remove(name: string): Promise<void> {
    await this.#request(`/${name}`, { method: 'DELETE' });
  }

  /** Yields the objects whose names begin with a prefix, ordered by name. Names are ASCII. */
  async *list(prefix: string, page = 1000): AsyncGenerator<ListedObject> {
    for (let last = ''; ; ) {
      const query = new URLSearchParams({ prefix, marker: last, 'max-keys': String(page) });
      const text = await (await this.#request(`?${query}`, {})).text();
      const found = [...text.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => toObject(entry));
      yield* found;
      last = found.at(-1)?.name ?? '';
      if (last === '' || !text.includes('<IsTruncated>true')) return;
    }
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), RESPONSE_TIMEOUT_MS);
    let response: Response;
    try {
      response = await this.#client.fetch(`${this.#root}${path}`, { ...init, signal: abort.signal });
    } catch (cause) {
      throw new MediaStoreError('The media store does not respond', { cause });
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const reason = element(await response.text(), 'Code');
    throw new MediaStoreError(`The media store refuses the call: ${response.status} ${reason}`);
  }
}

/** Maximum time in ms until a response begins. */
const RESPONSE_TIMEOUT_MS = 30_000;

function toObject(entry: string): ListedObject {
  return {
    name: element(entry, 'Key'),
    size: Number(element(entry, 'Size')),
    modified: Date.parse(element(entry, 'LastModified')),
  };
}

// Returns the content of an XML element. Does not unescape it, because names contain no characters
// that XML escapes.
function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

interface ListedObject {
  name: string;
  size: number;
  /** When the object was last changed, in Unix ms. */
  modified: number;
}

export interface S3Options {
  /**
   * Root of the store, such as `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`.
   * The bucket is the first part of the path.
   */
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
}
