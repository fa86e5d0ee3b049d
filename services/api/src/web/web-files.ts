import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/**
 * Reads each file of a folder when it is first requested, and again after it has changed.
 * Compresses text files.
 */
export class WebFiles {
  readonly #root: string;
  readonly #known = new Map<string, { stamp: string; file: Promise<WebFile> }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the file at a URL path. Undefined if there is none. */
  async get(path: string): Promise<WebFile | undefined> {
    const plain = decode(path);
    if (plain === undefined || plain.endsWith('/')) return undefined;
    const place = join(this.#root, plain);
    const found = await stat(place).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const stamp = `${found.mtimeMs} ${found.size}`;
    const known = this.#known.get(place);
    if (known?.stamp === stamp) return known.file;
    const file = read(place, plain);
    this.#known.set(place, { stamp, file });
    file.catch(() => this.#known.delete(place));
    return file;
  }
}

/** Decodes a URL path. Undefined for a path that leaves the folder or leads to a hidden file. */
function decode(path: string): string | undefined {
  try {
    const plain = decodeURIComponent(path);
    return plain === normalize(plain) && !/[\0\\]|\/\./.test(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

async function read(place: string, path: string): Promise<WebFile> {
  const bytes = new Uint8Array(await readFile(place));
  const type = types[extname(path)] ?? 'application/octet-stream';
  const compressible = /^(text|application\/(json|manifest))|svg/.test(type);
  return {
    bytes,
    type,
    gzipped: compressible ? new Uint8Array(await compress(bytes, { level: 9 })) : undefined,
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    hashed: path.startsWith('/assets/'),
  };
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** A file of the web client. */
export interface WebFile {
  bytes: Uint8Array<ArrayBuffer>;
  gzipped: Uint8Array<ArrayBuffer> | undefined;
  type: string;
  etag: string;
  /** True if the file name contains a hash of the content, so that the content never changes. */
  hashed: boolean;
}
