import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Opens a log file and returns a function that appends to it. When the file exceeds `limit` bytes
 * (default: 5 MiB), it is renamed to `<path>.1`, and the previous `<path>.1` is deleted. If the
 * disk is full, lines are lost.
 */
export function openLogFile(path: string, limit = 5 * 2 ** 20): (text: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (text) => {
    try {
      if (size > limit) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text);
      size += Buffer.byteLength(text);
    } catch {}
  };
}
