import type * as Native from 'uWebSockets.js';
import { createRequire } from 'node:module';

/**
 * Loads uWebSockets.js. It reads the bytes that all headers of a request may have together when loaded, which is why it is not imported
 * at the top.
 *
 * @throws Error that says what to do when there is no binary for this platform and version of Node.js
 */
export function loadNative(maxHeaders: number): typeof Native {
  process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(maxHeaders);
  try {
    return createRequire(import.meta.url)('uWebSockets.js') as typeof Native;
  } catch (error) {
    const here = `${process.platform}-${process.arch}, Node.js ${process.versions.node}`;
    throw new Error(
      `uWebSockets.js has no binary for ${here}: use Node.js 20 or 22 on linux-x64, or the pnpm override described in the README`,
      { cause: error },
    );
  }
}
