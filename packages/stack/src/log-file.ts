import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Opens a log that takes at most twice `limit` bytes of disk (5 MiB each unless given): at the limit the file becomes
 * `<path>.1`, replacing the one before. A disk that is full loses log lines, nothing else.
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
