/**
 * Serves HTTP and WebSocket on one port. A SocketServer connects the gateway's transports with a
 * socket library: `uws/` implements it with uWebSockets.js, `node/` with `node:http` and `ws`.
 * Every transport test runs with both.
 */
export interface SocketServer {
  /** Port on which the server listens. */
  readonly port: number;
  /** Closes the port and every connection at once. */
  stop(): void;
}

/** Opens a server. Rejects with a message for the operator if the port cannot be opened. */
export type OpenSocketServer = (options: SocketServerOptions, handlers: SocketHandlers) => Promise<SocketServer>;

export interface SocketServerOptions extends RequestLimits {
  host: string;
  /** Port to listen on. 0: the system chooses a free port. */
  port: number;
  /** Maximum bytes of all headers of a request. */
  maxHeaders: number;
  /**
   * Maximum bytes of a WebSocket message. The library closes the connection if a message is larger.
   */
  maxMessage: number;
  /**
   * Ms after which the library drops an idle WebSocket. A fallback in case the keepalive sweep
   * fails to close it.
   */
  idleTime: number;
}

export interface RequestLimits {
  /** Ms within which the headers and body of a request must arrive. */
  requestTime: number;
  /** Called with the error if a handler throws. */
  onError(error: unknown): void;
}

/** Handlers of a gateway's requests. */
export interface SocketHandlers {
  /** Handles a request that does not open a WebSocket. */
  handle(request: IncomingRequest, response: OutgoingResponse): void;
  /**
   * Handlers of the requests that open a WebSocket, by path. A handler accepts or refuses the
   * request.
   */
  upgrades: ReadonlyMap<string, (request: IncomingRequest, upgrade: PendingUpgrade) => void>;
}

/**
 * Request of a client. Valid only until the handler returns, so the handler must read all values
 * before the first `await`.
 */
export interface IncomingRequest {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  /**
   * IP address that opened the TCP connection: the client's, or the load balancer's if there is
   * one.
   */
  readonly address: string;
  /** Returns the value of a header by its name in lower case. '' if the header is missing. */
  header(name: string): string;
  /**
   * Returns the first value of a query parameter, decoded. Undefined if the parameter is missing.
   */
  query(name: string): string | undefined;
}

/** Response to a request. It can be sent after the handler has returned. */
export interface OutgoingResponse {
  /**
   * True if the response was sent in full or the client has disconnected. Nothing can be sent any
   * more.
   */
  readonly done: boolean;
  /** Calls `aborted` once if the client disconnects before the response is sent in full. */
  onAbort(callback: () => void): void;
  /** Sends a whole response. No-op if `done`. */
  send(reply: HttpReply): void;
  /** Starts a response whose body is sent piece by piece. Must not be called if `done`. */
  stream(head: HttpHead, events: StreamEvents): ResponseStream;
  /** Reads the request's body. Must be called before the handler returns. Never rejects. */
  readBody(maxBytes: number): Promise<RequestBody>;
  /** Drops the connection without a response. No-op if `done`. */
  abort(): void;
}

export interface HttpHead {
  status: number;
  headers: Record<string, string>;
}

export interface HttpReply extends HttpHead {
  /** Default: none. */
  body?: string;
  /** Whether the HTTP connection ends with this response. Default: false. */
  close?: boolean;
}

/**
 * Body of a request, or the reason why it is missing: too large, too slow, or the client
 * disconnected.
 */
export type RequestBody = Buffer | 'too-large' | 'too-slow' | 'aborted';

/** Body of a response that is sent piece by piece, in chunked transfer encoding. */
export interface ResponseStream {
  /**
   * Number of bytes that the network has not accepted yet, as far as the library reports it. 0 if
   * the network accepted all.
   */
  readonly unsent: number;
  /**
   * Sends a piece of the body. The client receives it in full without waiting for the next piece.
   */
  write(text: string): void;
  /** Sends the last piece of the body and ends the response. */
  end(text: string): void;
}

export interface StreamEvents {
  /** Called when the network has accepted some of the unsent bytes. */
  drained(): void;
  /**
   * Bytes that a reader of the body ignores. With uWebSockets.js they are needed to complete chunks
   * and to measure progress.
   */
  filler: string;
}

/**
 * Request to open a WebSocket. The gateway accepts it with `accept`, or refuses it with its
 * `response`, now or later.
 */
export interface PendingUpgrade {
  readonly response: OutgoingResponse;
  /**
   * Opens the WebSocket. Must not be called if the response is `done`.
   *
   * @param protocol the subprotocol; '' for none
   */
  accept(protocol: string, events: PeerEvents): SocketPeer;
}

/** The server's end of an open WebSocket. */
export interface SocketPeer {
  /** Sends text messages in order, in one write. Must not be called after `closed`. */
  send(messages: readonly (string | Uint8Array)[]): void;
  /** Returns the number of bytes that the network has not accepted yet. */
  unsent(): number;
  ping(): void;
  /**
   * Sends a close frame after all messages. The event `closed` follows, at once or when the client
   * confirms the close.
   */
  close(code: number, reason: string): void;
  /** Drops the connection without a close frame. The event `closed` follows. */
  terminate(): void;
}

/** Events of an open WebSocket. */
export interface PeerEvents {
  /** Called when a message has arrived. Its bytes are valid only until this function returns. */
  message(data: Buffer, isBinary: boolean): void;
  /** Called when the client has sent a ping or pong frame. */
  alive(): void;
  /** Called when the network has accepted some of the unsent bytes. */
  drained(): void;
  /**
   * Called when the gateway or the client has closed the WebSocket. No event follows. The code is
   * 1006 if no close frame was received.
   */
  closed(code: number): void;
}
