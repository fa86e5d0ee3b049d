import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';

/**
 * A Chromium and how it is started: `CHROMIUM` if set, else the one that came with the packages,
 * which is for Linux, else an installed one.
 */
export async function findChromium(): Promise<{ executablePath: string; args: string[] }> {
  const executablePath = process.env.CHROMIUM ?? (process.platform === 'linux' ? await unpacked() : installed());
  return { executablePath, args };
}

// Unpacked once, into the temporary folder.
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

/** Tests run as root in containers, where there is neither a sandbox nor much shared memory. */
const args = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--hide-scrollbars',
  '--font-render-hinting=none',
  // A microphone that beeps.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];
