import { Connection } from '../../connection/connection.ts';
import type { Claims } from '../../connection/connection-deps.ts';
import type { Transport } from '../../connection/transport.ts';
import { admitConnection } from '../admission.ts';
import { identifyConnection } from '../identify.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { IncomingRequest, OutgoingResponse, ResponseStream, StreamEvents } from '../socket-server.ts';
import { flushAfterTurn, type Writer } from '../turn.ts';
import { corsHeaders, refusalOfClose, refuse } from './replies.ts';

/**
 * Handles `GET /v1/events`: sends the frames as server-sent events, whose `id` is the cursor.
 * Before the stream ends, sends an event of type `close` with the code and reason that would close
 * a WebSocket.
 */
export function openEventStream(deps: ServerDeps, request: IncomingRequest, response: OutgoingResponse): void {
  const headers = corsHeaders(deps, request);
  const lastEventId = request.header('last-event-id');
  const visitor = admitConnection(deps, request, lastEventId ? { cursor: lastEventId } : {});
  if (visitor.code !== undefined) return refuse(response, visitor, headers);
  const transport = new EventStream(deps, response, headers);
  const begin = (claims: Claims) => {
    if (response.done) return;
    transport.connection = new Connection(deps.connectionDeps, transport, claims);
    transport.connection.open(visitor.from).catch((error) => transport.failed(error));
  };
  identifyConnection(deps, visitor, begin, (why) => refuse(response, why, headers));
}

/** Matches the cursor in a frame. Only event frames and the welcome have a cursor. */
const FRAME_CURSOR = /^\{"type":"(?:event"|welcome"[^{}]*),"cursor":"(\d+-\d+)"/;

/** Comment line with an empty line, which clients ignore. Serves as a ping. */
const PING = ':\n\n';

/** Comment line without the empty line, which clients ignore. Serves as filler. */
const FILLER = ':\n';

class EventStream implements Transport, Writer, StreamEvents {
  connection: Connection | undefined;
  readonly linger = 0;
  readonly filler = FILLER;
  readonly #deps: ServerDeps;
  readonly #response: OutgoingResponse;
  readonly #headers: Record<string, string>;
  #stream: ResponseStream | undefined;
  #frames: string[] = [];
  #pinged = false;

  constructor(deps: ServerDeps, response: OutgoingResponse, headers: Record<string, string>) {
    this.#deps = deps;
    this.#response = response;
    this.#headers = headers;
    response.onAbort(() => this.connection?.gone());
  }

  send(frame: string | Uint8Array): void {
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const cursor = FRAME_CURSOR.exec(text)?.[1];
    this.#frames.push(`${cursor === undefined ? '' : `id: ${cursor}\n`}data: ${text}\n\n`);
    if (this.#frames.length === 1) flushAfterTurn(this);
  }

  flush(): void {
    if (this.#frames.length === 0 || this.#response.done) return;
    const text = this.#frames.join('');
    this.#frames = [];
    this.#open().write(text);
    this.connection?.flushed(this.unsent());
  }

  failed(error: unknown): void {
    this.#deps.log.error({ err: error, connection: this.connection?.id }, 'event stream failed');
    this.terminate();
  }

  unsent(): number {
    return this.#stream?.unsent ?? 0;
  }

  ping(): void {
    if (!this.#stream || this.#response.done) return;
    // A write that the network accepts is the only proof that the client is still connected.
    this.#pinged = true;
    this.#stream.write(PING);
    this.#seeTaken();
  }

  drained(): void {
    this.#seeTaken();
    this.connection?.flushed(this.unsent());
  }

  close(code: number, reason: string): void {
    if (this.#response.done) return;
    if (!this.#stream) return refuse(this.#response, refusalOfClose(this.#deps, code, reason), this.#headers);
    this.flush();
    this.#stream.end(`event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
  }

  terminate(): void {
    this.#response.abort();
  }

  #seeTaken(): void {
    if (!this.#pinged || this.unsent() > 0) return;
    this.#pinged = false;
    this.connection?.alive();
  }

  #open(): ResponseStream {
    this.#stream ??= this.#response.stream(
      {
        status: 200,
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          ...this.#headers,
        },
      },
      this,
    );
    return this.#stream;
  }
}
