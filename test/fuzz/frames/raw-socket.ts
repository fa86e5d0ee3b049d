import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A WebSocket client that can send arbitrary bytes and parses the server's frames. */
export class RawSocket {
  /** Resolves when the server has accepted the upgrade, or when the connection has ended. */
  readonly opened: Promise<void>;
  /**
   * Close code after the connection has ended. Undefined before that. 1006 if the server sent no
   * close frame.
   */
  closed: number | undefined;
  readonly #socket: Socket;
  readonly #onText: (text: string) => void;
  readonly #onClose: () => void;
  readonly #onRefusal: (answer: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #code = 1006;

  constructor({ port, path, token, onText, onClose = () => {}, onRefusal = () => {} }: RawSocketOptions) {
    this.#onText = onText;
    this.#onClose = onClose;
    this.#onRefusal = onRefusal;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('error', () => {});
    this.opened = new Promise((resolve) => {
      this.#socket.on('data', (chunk) => {
        this.#read(chunk);
        if (this.#upgraded) resolve();
      });
      this.#socket.on('close', () => {
        this.closed = this.#code;
        this.#onClose();
        resolve();
      });
    });
    const key = randomBytes(16).toString('base64');
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  }

  write(bytes: Buffer): void {
    if (this.closed === undefined) this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (!this.#upgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end >= 0 && bytes.toString('latin1', 0, 12) !== 'HTTP/1.1 101') this.#onRefusal(bytes.toString('latin1'));
      if (end < 0 || bytes.toString('latin1', 0, 12) !== 'HTTP/1.1 101') {
        this.#rest = bytes;
        return;
      }
      this.#upgraded = true;
      bytes = bytes.subarray(end + 4);
    }
    for (;;) {
      const size = frameSize(bytes);
      if (size === undefined || bytes.length < size.start + size.length) break;
      const payload = bytes.subarray(size.start, size.start + size.length);
      const opcode = (bytes[0] as number) & 15;
      if (opcode === 1) this.#onText(payload.toString());
      if (opcode === 9) this.write(encodeFrame(0x8a, payload));
      if (opcode === 8) this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      bytes = bytes.subarray(size.start + size.length);
    }
    this.#rest = Buffer.from(bytes);
  }
}

function frameSize(bytes: Buffer): { start: number; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const length = (bytes[1] as number) & 127;
  if (length < 126) return { start: 2, length };
  if (length === 126) return bytes.length < 4 ? undefined : { start: 4, length: bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { start: 10, length: Number(bytes.readBigUInt64BE(2)) };
}

/**
 * Encodes a masked frame, as clients send it. `first`: the first byte, which contains the opcode.
 */
export function encodeFrame(first: number, payload: Buffer, mask: Buffer = randomBytes(4)): Buffer {
  const long = payload.length > 65_535;
  const extended = long ? 8 : payload.length > 125 ? 2 : 0;
  const frame = Buffer.allocUnsafe(6 + extended + payload.length);
  frame[0] = first;
  frame[1] = 0x80 | (long ? 127 : extended === 2 ? 126 : payload.length);
  if (long) frame.writeBigUInt64BE(BigInt(payload.length), 2);
  else if (extended === 2) frame.writeUInt16BE(payload.length, 2);
  mask.copy(frame, 2 + extended);
  const start = 6 + extended;
  for (let i = 0; i < payload.length; i += 1) frame[start + i] = (payload[i] as number) ^ (mask[i & 3] as number);
  return frame;
}

export interface RawSocketOptions {
  port: number;
  path: string;
  token: string;
  onText: (text: string) => void;
  onClose?: () => void;
  /** Called with the server's response if it refuses the upgrade. */
  onRefusal?: (answer: string) => void;
}
