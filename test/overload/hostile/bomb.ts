import { crc32, deflateSync } from 'node:zlib';

/**
 * Returns an interlaced PNG of a few hundred kilobytes. A decoder must keep the whole picture in
 * memory, with 8 bytes per pixel.
 *
 * @param edge width and height in pixels
 */
export function bomb(edge: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(edge, 0);
  header.writeUInt32BE(edge, 4);
  // Sets 16 bits per channel, color with alpha, and interlacing.
  header.set([16, 6, 0, 0, 1], 8);
  const size = passes.reduce((sum, [x, y, dx, dy]) => {
    const width = Math.ceil((edge - x) / dx);
    return sum + Math.ceil((edge - y) / dy) * (1 + 8 * width);
  }, 0);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = deflateSync(Buffer.alloc(size), { level: 1 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/**
 * For each pass of Adam7 interlacing: the first column and row, and the distances between columns
 * and rows.
 */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
