import { addAbortSignal, Readable } from 'node:stream';
import { readRange } from './byte-range.ts';
import { contentDisposition } from './file-name.ts';
import type { Storage } from './storage.ts';

/**
 * Serves a stored object, whole or in the requested range. Objects never change, so the ETag is
 * permanent; `no-cache` makes the client check its access at each use. `nosniff` and a sandbox
 * policy prevent a browser from running the content.
 *
 * @param stopped aborts the response
 */
export function serveBytes(request: Request, storage: Storage, thing: Thing, stopped: AbortSignal): Response {
  const { key, size, type, name, inline } = thing;
  const tag = `"${thing.tag}"`;
  const headers: Record<string, string> = {
    'content-type': type,
    'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', name),
    'content-security-policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
    'x-content-type-options': 'nosniff',
    // Allows pages of any origin to embed the object, because access does not depend on cookies.
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag: tag,
  };
  const known = request.headers.get('if-none-match');
  if (
    known !== null &&
    (known.trim() === '*' || known.split(',').some((it) => it.trim().replace(/^W\//, '') === tag))
  ) {
    return new Response(null, { status: 304, headers });
  }
  const since = request.headers.get('if-range');
  const asked = since === null || since.trim() === tag ? (request.headers.get('range') ?? undefined) : undefined;
  const range = readRange(asked, size);
  if (range === 'none') return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } });
  const { start, end } = range === 'all' ? { start: 0, end: size - 1 } : range;
  headers['content-length'] = String(end - start + 1);
  if (range !== 'all') headers['content-range'] = `bytes ${start}-${end}/${size}`;
  const status = range === 'all' ? 200 : 206;
  if (request.method === 'HEAD') return new Response(null, { status, headers });
  const bytes = addAbortSignal(stopped, storage.read(key, { start, end }));
  return new Response(Readable.toWeb(bytes) as ReadableStream, { status, headers });
}

interface Thing {
  key: string;
  size: number;
  type: string;
  name: string;
  /**
   * True if a browser is allowed to display the content inline; false if the browser must download
   * it.
   */
  inline: boolean;
  /** Unique value for the ETag of the object. */
  tag: string;
}
