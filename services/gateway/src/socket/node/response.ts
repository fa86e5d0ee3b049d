import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyReader } from '../http/body-reader.ts';
import type {
  HttpHead,
  HttpReply,
  OutgoingResponse,
  RequestBody,
  RequestLimits,
  ResponseStream,
  StreamEvents,
} from '../socket-server.ts';
import { NodeStream } from './stream.ts';

/** HTTP response that `node:http` sends. */
export class NodeResponse implements OutgoingResponse {
  done = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #limits: RequestLimits;
  #aborted: (() => void)[] = [];

  constructor(request: IncomingMessage, response: ServerResponse, limits: RequestLimits) {
    this.#request = request;
    this.#response = response;
    this.#limits = limits;
    response.once('close', () => this.#leave());
    response.on('error', () => {});
  }

  onAbort(callback: () => void): void {
    this.#aborted.push(callback);
  }

  send({ status, headers, body, close = false }: HttpReply): void {
    if (this.done) return;
    this.done = true;
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    this.#response.writeHead(status, {
      ...headers,
      ...(status !== 204 && { 'content-length': length }),
      ...(close && { connection: 'close' }),
    });
    this.#response.end(body);
  }

  stream(head: HttpHead, events: StreamEvents): ResponseStream {
    this.#response.writeHead(head.status, head.headers);
    return new NodeStream(this, this.#response, events, this.#limits.onError);
  }

  readBody(maxBytes: number): Promise<RequestBody> {
    const reader = new BodyReader(maxBytes, this.#limits.requestTime);
    this.onAbort(() => reader.abort());
    this.#request.on('data', (chunk: Buffer) => reader.read(chunk, false));
    this.#request.on('end', () => reader.read(Buffer.alloc(0), true));
    return reader.body;
  }

  abort(): void {
    if (!this.done) this.#response.destroy();
  }

  #leave(): void {
    if (this.done) return;
    this.done = true;
    for (const callback of this.#aborted) {
      try {
        callback();
      } catch (error) {
        this.#limits.onError(error);
      }
    }
  }
}
