import type * as Uws from 'uWebSockets.js';
import { createRequire } from 'node:module';

/**
 * Installed versions of uWebSockets.js. The first one has binaries for Node.js 20 and 22; the
 * second one has binaries for Node.js 22, 24 and 26 and needs glibc 2.38.
 */
const PACKAGES = ['uWebSockets.js', 'uWebSockets.js-next'];

/**
 * Loads the version of uWebSockets.js that has a binary for this machine.
 *
 * @param maxHeaders maximum bytes of all headers of a request. The library reads this limit from
 * the environment when it is loaded, so the library cannot be imported statically
 * @throws Error with the reason for each version if no version loads
 */
export function loadUws(maxHeaders: number): typeof Uws {
  process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(maxHeaders);
  const require = createRequire(import.meta.url);
  const reasons: string[] = [];
  for (const name of PACKAGES) {
    try {
      return require(name) as typeof Uws;
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  throw new Error(reasons.join('; '));
}

/** Returns the line of the library's error message that contains the cause. */
function reasonOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split('\n');
  const found = lines.find((line) => /GLIBC|Cannot find module|ERR_DLOPEN/.test(line)) ?? lines[0] ?? '';
  return found.replace(/^Error: /, '').trim();
}
