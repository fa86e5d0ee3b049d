import type { ServerFrame } from '@parley/protocol';
import { Connection } from '../../connection/connection.ts';
import type { Claims } from '../../connection/connection-deps.ts';
import type { Transport } from '../../connection/transport.ts';
import { admitConnection } from '../admission.ts';
import { identifyConnection } from '../identify.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { IncomingRequest, OutgoingResponse } from '../socket-server.ts';
import { flushAfterTurn, type Writer } from '../turn.ts';
import { corsHeaders, jsonReply, refusalOfClose, refuse } from './replies.ts';

/** Default and maximum duration of a poll, in ms. */
const WAIT = { default: 25_000, max: 60_000 };

/**
 * Ms for which the user still counts as connected after a poll. The client is expected to poll
 * again within that time.
 */
const LINGER = 5000;

/**
 * Handles `GET /v1/poll`: opens a connection that ends with the first frames. Responds at once if
 * events are waiting, otherwise when an event arrives, or with an empty list after the timeout. The
 * client passes the `cursor` of the response to its next poll.
 */
export function poll(deps: ServerDeps, request: IncomingRequest, response: OutgoingResponse): void {
  const headers = corsHeaders(deps, request);
  const timeout = timeoutOf(request.query('timeout'));
  const visitor = admitConnection(deps, request);
  if (visitor.code !== undefined) return refuse(response, visitor, headers);
  if (timeout === undefined) {
    const detail = `timeout must be a number of ms from 0 to ${WAIT.max}.`;
    return refuse(response, { code: 'bad-request', detail }, headers);
  }
  const transport = new Poll(deps, response, headers);
  const begin = (claims: Claims) => {
    if (response.done) return;
    transport.connection = new Connection(deps.connectionDeps, transport, claims);
    transport.connection.open(visitor.from).catch((error) => transport.failed(error));
    transport.wait(timeout);
  };
  identifyConnection(deps, visitor, begin, (why) => refuse(response, why, headers));
}

function timeoutOf(text: string | undefined): number | undefined {
  if (!text) return WAIT.default;
  return /^\d{1,5}$/.test(text) && Number(text) <= WAIT.max ? Number(text) : undefined;
}

class Poll implements Transport, Writer {
  connection: Connection | undefined;
  readonly linger = LINGER;
  readonly #deps: ServerDeps;
  readonly #response: OutgoingResponse;
  readonly #headers: Record<string, string>;
  #frames: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #late = false;

  constructor(deps: ServerDeps, response: OutgoingResponse, headers: Record<string, string>) {
    this.#deps = deps;
    this.#response = response;
    this.#headers = headers;
    response.onAbort(() => this.#end());
  }

  /**
   * Responds after the given ms with the frames that were sent so far. If the welcome has not been
   * sent by then, responds as soon as it is.
   */
  wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#late = true;
      flushAfterTurn(this);
    }, ms);
  }

  send(frame: string | Uint8Array): void {
    this.#frames.push(typeof frame === 'string' ? frame : Buffer.from(frame).toString());
    if (this.#frames.length > 1 || this.#late) flushAfterTurn(this);
  }

  flush(): void {
    if (this.#response.done || this.#frames.length < (this.#late ? 1 : 2)) return;
    const [welcome, ...frames] = this.#frames.map((text) => JSON.parse(text) as ServerFrame);
    if (welcome?.type !== 'welcome') return;
    const last = frames.findLast((frame) => frame.type === 'event');
    const cursor = last?.cursor ?? welcome.cursor;
    const texts = this.#frames.slice(1).join(',');
    const body = `{"cursor":"${cursor}","recovered":${welcome.recovered},"frames":[${texts}]}`;
    this.#response.send(jsonReply(body, this.#headers));
    this.#end();
  }

  failed(error: unknown): void {
    this.#deps.log.error({ err: error, connection: this.connection?.id }, 'poll failed');
    this.terminate();
  }

  unsent(): number {
    return 0;
  }

  ping(): void {
    this.connection?.alive();
  }

  close(code: number, reason: string): void {
    this.flush();
    if (this.#response.done) return;
    refuse(this.#response, refusalOfClose(this.#deps, code, reason), this.#headers);
    this.#end();
  }

  terminate(): void {
    this.#response.abort();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.connection?.gone();
  }
}
