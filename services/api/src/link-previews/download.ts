import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { checkHost, guardedLookup, type Networks } from '@parley/service';

/** Maximum number of redirects that are followed. */
const MAX_REDIRECTS = 5;

/**
 * Sends a GET request and resolves with the response once its headers have arrived. The body is
 * decompressed while it is read, so the reader must limit the number of bytes. When the reader
 * leaves a loop over the body, the connection is closed.
 *
 * Each URL, including redirects, must be http or https. Its address must be public with the default
 * port, or in `allowed`. The connection is made to the same address that was checked.
 *
 * @throws if an address is forbidden, the response is not a success, or the signal is aborted
 */
export async function download(start: URL, { allowed, signal }: DownloadOptions): Promise<Download> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await get(url, allowed, signal);
    const { statusCode = 0, headers } = response;
    const location = REDIRECTS.has(statusCode) ? headers.location : undefined;
    if (location === undefined) {
      if (statusCode === 200) return { url, ...contentType(headers['content-type']), body: unpack(response) };
      response.destroy();
      throw new Error(`the response has the status ${statusCode}`);
    }
    response.destroy();
    url = new URL(location, url);
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function get(url: URL, allowed: Networks, signal: AbortSignal): Promise<IncomingMessage> {
  const { protocol, hostname, port, username, password } = url;
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`${protocol} is not a protocol of web pages`);
  if (username !== '' || password !== '') throw new Error('the address has a password');
  // The property `port` of a URL is empty if the port is the default of the protocol.
  const toPublic = port === '';
  checkHost(hostname, toPublic, allowed);
  const options = { signal, agent: false, lookup: guardedLookup(toPublic, allowed), headers: HEADERS };
  return new Promise((resolve, reject) => {
    const request = protocol === 'https:' ? requestSecure(url, options) : requestPlain(url, options);
    request.on('error', reject);
    request.on('response', (response) => {
      // Prevents an unhandled error event. An abort after the headers is an error of the response,
      // which might have no reader.
      response.on('error', () => {});
      resolve(response);
    });
    request.end();
  });
}

const HEADERS = {
  'user-agent': 'Parley-LinkPreview',
  accept: 'text/html, application/xhtml+xml, image/*;q=0.8',
  'accept-encoding': 'gzip, br',
};

function unpack(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return response;
  const unpacked = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  // The reader of `unpacked` gets the errors of both.
  return pipeline(response, unpacked, () => {});
}

function contentType(header = ''): { type: string; charset: string | undefined } {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length);
  return { type, charset: charset?.replaceAll('"', '') };
}

interface DownloadOptions {
  /** Private networks that may be reached. */
  allowed: Networks;
  /** Aborts the request, even while the body is read. */
  signal: AbortSignal;
}

export interface Download {
  /** URL of the response, after redirects. */
  url: URL;
  /** MIME type in lower case. Empty if the response has none. */
  type: string;
  charset: string | undefined;
  body: Readable;
}
