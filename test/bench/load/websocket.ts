import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/**
 * A WebSocket client that uses little CPU, because the load process runs on the same machine as the
 * system under test. It supports only what the benchmarks need: unfragmented ASCII text messages
 * below 64 KiB, and pings. It masks frames with zero, which leaves their bytes unchanged.
 */
export class WebSocket {
  readonly #socket: Socket;
  readonly #options: WebSocketOptions;
  #open = false;
  #closed = false;
  #reading = false;
  #leaving = false;
  #outgoing: Buffer[] = [];
  #rest: Buffer | undefined;

  /** Connects and requests the upgrade to WebSocket. */
  constructor(options: WebSocketOptions) {
    this.#options = options;
    const onread = { buffer: chunk, callback: (length: number) => this.#read(chunk.subarray(0, length)) };
    this.#socket = connect({
      ...{ host: '127.0.0.1', port: options.port, noDelay: true, onread },
      ...(options.from !== undefined && { localAddress: options.from }),
    });
    this.#socket.on('error', (error) => this.#close(error.message));
    this.#socket.on('close', () => this.#close('closed without farewell'));
    this.#socket.write(request(options));
  }

  /**
   * Sends a text message. Call it only after the upgrade. Messages that are sent in the same turn
   * of the event loop, or while one received chunk is read, leave in one write.
   */
  send(text: string): void {
    this.#outgoing.push(frame(0x81, text));
    if (this.#reading || this.#leaving) return;
    this.#leaving = true;
    queueMicrotask(() => {
      this.#leaving = false;
      this.#flush();
    });
  }

  /** Closes the connection without a close frame. */
  destroy(): void {
    this.#close('destroyed');
  }

  #read(bytes: Buffer): boolean {
    this.#reading = true;
    this.#take(this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes);
    this.#reading = false;
    this.#flush();
    return true;
  }

  #take(bytes: Buffer): void {
    let start = 0;
    for (;;) {
      const end = this.#open ? this.#takeFrame(bytes, start) : this.#takeAnswer(bytes);
      if (end === undefined) break;
      start = end;
    }
    // Copies the bytes that remain unparsed, because the next read overwrites the chunk.
    this.#rest = start === bytes.length ? undefined : Buffer.from(bytes.subarray(start));
  }

  /**
   * Parses the response to the upgrade request. Returns the offset after it. Undefined if it is
   * incomplete or refuses the upgrade.
   */
  #takeAnswer(bytes: Buffer): number | undefined {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    this.#open = bytes.toString('latin1', 0, 12) === 'HTTP/1.1 101';
    if (this.#open) return end + 4;
    this.#close(bytes.toString('latin1', 0, 500));
    return undefined;
  }

  /**
   * Parses the frame at `start`. Returns the offset after it. Undefined if the frame is incomplete.
   */
  #takeFrame(bytes: Buffer, start: number): number | undefined {
    if (bytes.length - start < 2) return undefined;
    const length = bytes[start + 1] as number;
    const first = start + (length === 126 ? 4 : 2);
    if (bytes.length < first) return undefined;
    const end = first + (length === 126 ? bytes.readUInt16BE(start + 2) : length);
    if (bytes.length < end) return undefined;
    const kind = bytes[start];
    if (kind === TEXT && length < 127) this.#options.onText(bytes.toString('latin1', first, end));
    else if (kind === PING) this.#outgoing.push(frame(PONG, bytes.toString('latin1', first, end)));
    else this.#close(kind === CLOSE && length >= 2 ? `code ${bytes.readUInt16BE(first)}` : `frame of kind ${kind}`);
    return end;
  }

  #flush(): void {
    const [first] = this.#outgoing;
    if (!first) return;
    this.#socket.write(this.#outgoing.length === 1 ? first : Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  #close(reason: string): void {
    this.#socket.destroy();
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClose(reason);
  }
}

/**
 * Read buffer of all connections. They can share it, because each chunk is parsed before the next
 * read begins.
 */
const chunk = Buffer.allocUnsafe(256 * 1024);

const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;

function frame(kind: number, text: string): Buffer {
  const short = text.length < 126;
  const start = short ? 6 : 8;
  const bytes = Buffer.allocUnsafe(start + text.length);
  bytes[0] = kind;
  bytes[1] = 0x80 | (short ? text.length : 126);
  if (!short) bytes.writeUInt16BE(text.length, 2);
  bytes.writeUInt32BE(0, start - 4);
  bytes.write(text, start, 'latin1');
  return bytes;
}

function request({ path, headers = {} }: WebSocketOptions): string {
  const fields = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export interface WebSocketOptions {
  /** Port of the server on 127.0.0.1. */
  port: number;
  /** Address from which the client connects. Default: the kernel chooses. */
  from?: string | undefined;
  /** Path and query of the URL. */
  path: string;
  headers?: Record<string, string>;
  /** Called with each text message. */
  onText: (text: string) => void;
  /**
   * Called once when the connection has ended, for any reason: also if the server refused it or
   * this side closed it.
   */
  onClose: (reason: string) => void;
}
