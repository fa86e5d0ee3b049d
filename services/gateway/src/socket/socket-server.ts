/**
 * A SocketServer speaks HTTP and WebSocket on one port. It is the glue between the gateway's
 * transports and a socket library: `uws/` implements it with uWebSockets.js, `node/` with
 * `node:http` and `ws`. Every transport test runs on both.
 */
export interface SocketServer {
  /** The port it listens on. */
  readonly port: number;
  /** Closes the port and every connection at once. */
  stop(): void;
}

/** Opens the port. If that fails, rejects with a message for the operator. */
export type OpenSocketServer = (options: SocketServerOptions, handlers: SocketHandlers) => Promise<SocketServer>;

export interface SocketServerOptions extends RequestLimits {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Maximum bytes of all headers of a request. */
  maxHeaders: number;
  /** Maximum bytes of a WebSocket message. The library closes the connection beyond it. */
  maxMessage: number;
  /**
   * Ms after which an idle WebSocket is dropped. Used only if the keepalive sweep fails to close
   * it.
   */
  idleTime: number;
}

export interface RequestLimits {
  /** Ms within which a request must arrive, headers and body. */
  requestTime: number;
  /** Called with the error that a handler throws. */
  onError(error: unknown): void;
}

/** The gateway's handlers of requests. */
export interface SocketHandlers {
  /** Handles a request that does not open a WebSocket. */
  handle(request: IncomingRequest, response: OutgoingResponse): void;
  /**
   * The paths at which WebSockets open, each with the handler that accepts or refuses the request.
   */
  upgrades: ReadonlyMap<string, (request: IncomingRequest, upgrade: PendingUpgrade) => void>;
}

/**
 * A request of a client. Valid only until the handler returns: read its values before the first
 * `await`.
 */
export interface IncomingRequest {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  /** The peer's IP address: that of the load balancer, if there is one. */
  readonly address: string;
  /** Returns a header by its name in lower case. '' if it is missing. */
  header(name: string): string;
  /** Returns the first value of a query parameter, decoded. Undefined if it is missing. */
  query(name: string): string | undefined;
}

/** The response to a request, sent now or later. */
export interface OutgoingResponse {
  /**
   * True if the response was sent in full or the client has disconnected. Nothing more can be sent
   * then.
   */
  readonly done: boolean;
  /** Called once if the client disconnects before the response is sent in full. */
  onAbort(callback: () => void): void;
  /** Sends a whole response. No-op if `done`. */
  send(reply: HttpReply): void;
  /** Starts a response whose body grows. Must not be called if `done`. */
  stream(head: HttpHead, events: StreamEvents): ResponseStream;
  /** Reads the body. Must be called before the handler returns. Never rejects. */
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
  /** Whether the connection ends with this reply. Default: false. */
  close?: boolean;
}

/**
 * The body of a request, or why it is missing: too large, too slow, or the client disconnected.
 */
export type RequestBody = Buffer | 'too-large' | 'too-slow' | 'aborted';

/** The body of a response, sent piece by piece in chunked encoding. */
export interface ResponseStream {
  /**
   * Bytes that the network has not accepted yet, as far as the library reports them. 0 if all were
   * accepted.
   */
  readonly unsent: number;
  /** Sends a piece. The client receives it in full without waiting for the next one. */
  write(text: string): void;
  /** Sends the last piece and ends the response. */
  end(text: string): void;
}

export interface StreamEvents {
  /** Called when the network has accepted some of the unsent bytes. */
  drained(): void;
  /**
   * Bytes without a meaning in the format of the body. uWebSockets.js needs them to complete chunks
   * and to measure progress.
   */
  filler: string;
}

/**
 * A request to open a WebSocket. The gateway accepts it, or refuses it with its `response`, now or
 * later.
 */
export interface PendingUpgrade {
  readonly response: OutgoingResponse;
  /**
   * Opens the WebSocket. Must not be called if the response is `done`. `protocol` is the
   * subprotocol; '' for none.
   */
  accept(protocol: string, events: PeerEvents): SocketPeer;
}

/** The server's end of an open WebSocket. */
export interface SocketPeer {
  /** Sends text messages in order, in one write. Must not be called after `closed`. */
  send(messages: readonly (string | Uint8Array)[]): void;
  /** Bytes that the network has not accepted yet. */
  unsent(): number;
  ping(): void;
  /**
   * Sends a close frame after everything that was sent. `closed` follows, at once or when the peer
   * confirms.
   */
  close(code: number, reason: string): void;
  /** Drops the connection; `closed` follows. */
  terminate(): void;
}

/** Events of an open WebSocket. */
export interface PeerEvents {
  /** Called when a message has arrived. Its bytes are valid until this returns. */
  message(data: Buffer, isBinary: boolean): void;
  /** Called when a ping or pong has arrived. */
  alive(): void;
  /** Called when the network has accepted some of the unsent bytes. */
  drained(): void;
  /**
   * Called when either side has closed the WebSocket. No event follows. The code is 1006 if there
   * was no close frame.
   */
  closed(code: number): void;
}
