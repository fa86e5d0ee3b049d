/** Maximum number of bytes of frames that are written together. A larger frame is written alone. */
const BATCH = 16 * 1024;

/**
 * Encodes text messages as WebSocket frames of a server (RFC 6455, section 5.2: final, unmasked),
 * and joins them into a few buffers that contain whole frames.
 */
export function encodeFrames(messages: readonly (string | Uint8Array)[]): Buffer[] {
  const buffers: Buffer[] = [];
  let from = 0;
  while (from < messages.length) {
    let bytes = 0;
    let to = from;
    do {
      const size = Buffer.byteLength(messages[to] as string | Uint8Array);
      bytes += headerSize(size) + size;
      to += 1;
    } while (to < messages.length && bytes < BATCH);
    const buffer = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (let i = from; i < to; i += 1) at = writeFrame(buffer, at, messages[i] as string | Uint8Array);
    buffers.push(buffer);
    from = to;
  }
  return buffers;
}

function writeFrame(buffer: Buffer, start: number, message: string | Uint8Array): number {
  const size = Buffer.byteLength(message);
  let at = start;
  buffer[at++] = FINAL_TEXT;
  if (size < LENGTH_16) buffer[at++] = size;
  else if (size < 65_536) {
    buffer[at++] = LENGTH_16;
    at = buffer.writeUInt16BE(size, at);
  } else {
    buffer[at++] = LENGTH_64;
    at = buffer.writeUInt32BE(0, at);
    at = buffer.writeUInt32BE(size, at);
  }
  if (typeof message === 'string') buffer.write(message, at, 'utf8');
  else buffer.set(message, at);
  return at + size;
}

function headerSize(size: number): number {
  if (size < LENGTH_16) return 2;
  return size < 65_536 ? 4 : 10;
}

const FINAL_TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
