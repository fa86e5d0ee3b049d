import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chatPage } from './chat-page.ts';
import { sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

async function pair(size: keyof typeof sizes = 'desktop') {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  const [annPage, bobPage] = await Promise.all([
    kit.open(ann, { path: `/chats/${bob.id}`, size, permissions: ['microphone'] }),
    kit.open(bob, { path: `/chats/${ann.id}`, size }),
  ]);
  return { ann, bob, a: chatPage(annPage), b: chatPage(bobPage) };
}

/** Returns a JPEG that the browser draws. */
async function picture(page: Page, width: number, height: number): Promise<Buffer> {
  const bytes = await page.evaluate(
    async ([wide, high]) => {
      const canvas = new OffscreenCanvas(wide as number, high as number);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.fillStyle = '#2a7';
      context.fillRect(0, 0, wide as number, high as number);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, height],
  );
  return Buffer.from(bytes);
}

/** Chooses files that consist of zeros, with these names and sizes. */
async function chooseZeros(page: Page, ...files: [name: string, size: number][]): Promise<void> {
  await page.evaluate((wanted) => {
    const transfer = new DataTransfer();
    for (const [name, size] of wanted) transfer.items.add(new File([new Uint8Array(size)], name));
    const input = document.querySelector('input[type=file]') as HTMLInputElement;
    input.files = transfer.files;
    input.dispatchEvent(new Event('change'));
  }, files);
}

describe('albums', () => {
  it('pictures that are sent together form an album in which each picture has its own menu', async () => {
    const { a, b } = await pair('phone');
    const buffer = await picture(a.page, 400, 300);
    await a.sendFiles(
      ...['one', 'two', 'three'].map((name) => ({ name: `${name}.jpg`, mimeType: 'image/jpeg', buffer })),
    );
    const album = b.list.getByRole('group', { name: 'Album of 3 photos' });
    await album.waitFor();
    await expect
      .poll(() => album.getByRole('img').evaluateAll((all) => all.map((each) => each.getAttribute('alt'))))
      .toEqual(['one.jpg', 'two.jpg', 'three.jpg']);
    const { width = 0, height = 0 } = (await album.boundingBox()) ?? {};
    expect(height).toBeLessThan(width);
    expect(await seriousFindings(b.page)).toEqual([]);
    await album
      .getByRole('button', { name: /^Actions/ })
      .nth(1)
      .click();
    await b.page.getByRole('menuitem', { name: 'Reply' }).click();
    await b.say('this one');
    await a.bubble('this one').getByText('[Photo]').click();
    await a.list.locator('.tile.marked').getByRole('img', { name: 'two.jpg' }).waitFor();
    await b.page.getByRole('button', { name: 'Open three.jpg' }).click();
    await b.page.getByRole('dialog').getByRole('img', { name: 'three.jpg' }).waitFor();
  });
});

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('a picture, on a %s', (size) => {
  it('a sent picture is shown small, and a click opens it in full size', async () => {
    const { a, b } = await pair(size);
    await a.sendFiles({ name: 'meadow.jpg', mimeType: 'image/jpeg', buffer: await picture(a.page, 1600, 900) });
    const small = b.list.getByRole('img', { name: 'meadow.jpg' });
    await small.waitFor();
    await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
    await b.list.getByRole('button', { name: 'Open meadow.jpg' }).click();
    const full = b.page.getByRole('dialog').getByRole('img', { name: 'meadow.jpg' });
    await expect.poll(() => full.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);
    await b.page.keyboard.press('Escape');
    await expect.poll(() => b.page.getByRole('dialog').count()).toBe(0);
  });
});

describe('large pictures', () => {
  it('the page scales down large pictures before it sends them, unless the user selects the original size', async () => {
    const { a, b } = await pair();
    const file = { name: 'wall.jpg', mimeType: 'image/jpeg', buffer: await picture(a.page, 3000, 1500) };
    await a.sendFiles(file);
    await b.list.getByRole('button', { name: 'Open wall.jpg' }).waitFor();
    await a.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await a.page.locator('input[type=file]').setInputFiles([{ ...file, name: 'original.jpg' }]);
    await a.page.getByRole('switch', { name: 'Original size of pictures' }).click();
    await a.page.getByRole('button', { name: 'Send 1 file' }).click();
    await b.list.getByRole('button', { name: 'Open original.jpg' }).waitFor();
    for (const [name, width] of [
      ['wall.jpg', 2048],
      ['original.jpg', 3000],
    ] as const) {
      await b.list.getByRole('button', { name: `Open ${name}` }).click();
      const full = b.page.getByRole('dialog').getByRole('img', { name });
      await expect.poll(() => full.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(width);
      await b.page.keyboard.press('Escape');
      await b.page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
  });
});

describe('files', () => {
  it('a user can send files by pasting and by dropping them', async () => {
    const { a, b } = await pair();
    const bytes = [...(await picture(a.page, 64, 64))];
    await a.box.evaluate((element, data) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(data)], 'pasted.jpg', { type: 'image/jpeg' }));
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
    }, bytes);
    await a.page.getByRole('button', { name: 'Send 1 file' }).click();
    await b.list.getByRole('img', { name: 'pasted.jpg' }).waitFor();
    const data = await a.page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['a,b\n1,2'], 'dropped.csv', { type: 'text/csv' }));
      return transfer;
    });
    await a.list.dispatchEvent('dragenter', { dataTransfer: data });
    await a.page.getByText('Drop files to send them').waitFor();
    await a.list.dispatchEvent('drop', { dataTransfer: data });
    await a.page.getByRole('button', { name: 'Send 1 file' }).click();
    const file = b.list.getByRole('button', { name: 'Download dropped.csv' });
    const [download] = await Promise.all([b.page.waitForEvent('download'), file.click()]);
    expect(download.suggestedFilename()).toBe('dropped.csv');
  });

  it('an upload of 50 MB shows its progress, can be paused and resumed, and arrives complete', async () => {
    const { a, b } = await pair();
    const session = await a.page.context().newCDPSession(a.page);
    await session.send('Network.enable');
    const network = (bytes: number) =>
      session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytes,
      });
    await network(8_000_000);
    await chooseZeros(a.page, ['large.bin', 50_000_000]);
    await a.page.getByRole('button', { name: 'Send 1 file' }).click();
    const tray = a.page.getByRole('list', { name: 'Uploads' });
    const progress = () => tray.locator('progress').evaluate((element: HTMLProgressElement) => element.value);
    await expect.poll(progress, { timeout: 20_000 }).toBeGreaterThan(0.2);
    await tray.getByRole('button', { name: 'Pause' }).click();
    await tray.getByText('Paused').waitFor();
    const paused = await progress();
    expect(paused).toBeLessThan(1);
    await network(-1);
    await tray.getByRole('button', { name: 'Resume' }).click();
    await b.list.getByText('50 MB', { exact: true }).waitFor({ timeout: 30_000 });
    await expect.poll(() => tray.count()).toBe(0);
  }, 60_000);

  it('the page rejects a file that is too large or empty before sending it', async () => {
    const { a } = await pair();
    await a.box.fill('typed meanwhile');
    await chooseZeros(a.page, ['huge.bin', 101 * 1024 * 1024], ['empty.txt', 0]);
    await a.page.getByText('Too large. The limit is 100 MB.').waitFor();
    await a.page.getByText('This file is empty.').waitFor();
    await expect.poll(() => a.page.getByRole('button', { name: 'Send 0 files' }).isDisabled()).toBe(true);
    await a.page.getByRole('button', { name: 'Remove huge.bin' }).click();
    await a.page.getByRole('button', { name: 'Remove empty.txt' }).click();
    await expect.poll(() => a.page.getByRole('dialog').count()).toBe(0);
    expect(await a.box.inputValue()).toBe('typed meanwhile');
  });

  it('the page shows a file by the type of its content instead of its name', async () => {
    const { a, b } = await pair();
    await a.sendFiles(
      { name: 'photo\u202egpj.exe', mimeType: 'application/octet-stream', buffer: randomBytes(200) },
      {
        name: '<img src=x onerror=alert(1)>.svg',
        mimeType: 'image/svg+xml',
        buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      },
      { name: 'page.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<script>alert(1)</script>') },
    );
    await b.list.getByRole('button', { name: 'Download photogpj.exe' }).getByText('EXE', { exact: true }).waitFor();
    await b.list.getByRole('button', { name: 'Download <img src=x onerror=alert(1)>.svg' }).waitFor();
    await b.list.getByRole('button', { name: 'Download page.jpg' }).waitFor();
    expect(await b.list.locator('img').count()).toBe(0);
  });
});

describe('sound and video', () => {
  it('a user can record, send and play a voice message', async () => {
    const { a, b } = await pair();
    await a.page.getByRole('button', { name: 'Record a voice message' }).click();
    await a.page.getByRole('timer').getByText('0:01').waitFor();
    await a.page.getByRole('button', { name: 'Send voice message' }).click();
    await b.list
      .locator('.audio .time')
      .getByText(/^0:0[1-9]$/)
      .waitFor();
    const audio = b.list.locator('audio');
    await b.list.getByRole('button', { name: 'Play' }).click();
    await expect
      .poll(() => audio.evaluate((element: HTMLAudioElement) => element.currentTime), { timeout: 10_000 })
      .toBeGreaterThan(0);
  });

  it('recording without a microphone shows an error, and can be discarded', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await a.page.getByRole('button', { name: 'Record a voice message' }).click();
    await a.page.getByText('No access to the microphone.').waitFor();
    await a.page.getByRole('button', { name: 'Discard recording' }).click();
    await a.box.waitFor();
  });

  it('a video starts to play before it has loaded completely', async () => {
    const { a, b } = await pair();
    // The browser itself creates this video: some seconds of noise, so that it is large.
    const film = await a.page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      canvas.width = 640;
      canvas.height = 360;
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm', videoBitsPerSecond: 8e6 });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.start(200);
      const until = performance.now() + 3000;
      while (performance.now() < until) {
        for (let at = 0; at < 400; at++) {
          context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
          context.fillRect(Math.random() * 640, Math.random() * 360, 40, 40);
        }
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      recorder.stop();
      await new Promise((resolve) => {
        recorder.onstop = resolve;
      });
      const transfer = new DataTransfer();
      transfer.items.add(new File(parts, 'film.webm', { type: 'video/webm' }));
      const input = document.querySelector<HTMLInputElement>('input[type=file]') as HTMLInputElement;
      input.files = transfer.files;
      input.dispatchEvent(new Event('change'));
      return new Blob(parts).size;
    });
    await a.page.getByRole('button', { name: 'Send 1 file' }).click();
    const video = b.list.locator('video');
    await video.waitFor({ timeout: 20_000 });
    const session = await b.page.context().newCDPSession(b.page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    // The network is so slow that the whole download would last forty seconds, longer than a busy
    // machine needs to load the page.
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: film / 40,
      uploadThroughput: -1,
    });
    await b.page.reload();
    await video.waitFor({ timeout: 60_000 });
    await video.evaluate((element: HTMLVideoElement) => {
      element.muted = true;
      return element.play();
    });
    const playing = () =>
      video.evaluate(
        (element: HTMLVideoElement) =>
          element.currentTime > 0.1 && element.networkState === HTMLMediaElement.NETWORK_LOADING,
      );
    await expect.poll(playing, { timeout: 40_000, interval: 20 }).toBe(true);
  }, 120_000);
});
