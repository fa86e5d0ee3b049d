import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { IncomingRequest } from '../socket-server.ts';

/**
 * HTTP request of uWebSockets.js. The library allocates the request on the stack, so it is invalid
 * after the handler returns.
 */
export class UwsRequest implements IncomingRequest {
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  #query: URLSearchParams | undefined;

  constructor(request: HttpRequest, response: HttpResponse) {
    this.#request = request;
    this.#response = response;
  }

  get method(): string {
    return this.#request.getCaseSensitiveMethod().toUpperCase();
  }

  get path(): string {
    return this.#request.getUrl();
  }

  get address(): string {
    return plainAddress(Buffer.from(this.#response.getRemoteAddressAsText()).toString());
  }

  header(name: string): string {
    return this.#request.getHeader(name);
  }

  query(name: string): string | undefined {
    // Decodes the parameter here, because the library garbles malformed percent-encodings.
    this.#query ??= new URLSearchParams(this.#request.getQuery() ?? '');
    return this.#query.get(name) ?? undefined;
  }
}

/**
 * Shortens an IPv4 address that arrived over an IPv6 socket. The library writes it as
 * `0000:0000:0000:0000:0000:ffff:7f00:0001`.
 */
function plainAddress(text: string): string {
  const mapped = /^(?:0000:){5}ffff:([0-9a-f]{2})([0-9a-f]{2}):([0-9a-f]{2})([0-9a-f]{2})$/.exec(text);
  return mapped
    ? mapped
        .slice(1)
        .map((byte) => Number.parseInt(byte, 16))
        .join('.')
    : text;
}
