import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';

/**
 * Returns the path of a Chromium and its arguments. The path is the value of `CHROMIUM` if it is
 * set, otherwise on Linux that of the npm package, and on macOS that of an installed Chrome or
 * Chromium.
 */
export async function findChromium(): Promise<{ executablePath: string; args: string[] }> {
  const executablePath = process.env.CHROMIUM ?? (process.platform === 'linux' ? await unpacked() : installed());
  return { executablePath, args };
}

// Returns the path of the Chromium in the npm package, which unpacks it once into the temporary
// folder.
function unpacked(): Promise<string> {
  chromium.setGraphicsMode = false;
  return chromium.executablePath();
}

function installed(): string {
  const places = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    join(homedir(), 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
  ];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error('Chrome or Chromium is needed for the tests of the web client; CHROMIUM can name one');
  return found;
}

/**
 * Disables the sandbox and shared memory, because containers lack them and tests can run there as
 * root.
 */
const args = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--hide-scrollbars',
  '--font-render-hinting=none',
  // Makes Chromium use a fake microphone, which beeps.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];
