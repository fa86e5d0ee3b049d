import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Returns functions with which tests act on a chat page and query it. */
export function chatPage(page: Page) {
  const box = page.getByRole('textbox', { name: 'Write a message' });
  const list = page.getByRole('region', { name: 'Messages', exact: true });
  const bubble = (text: string | RegExp): Locator =>
    list
      .locator('.bubble')
      .filter({ has: page.locator('.text', { hasText: text }) })
      .last();
  return {
    page,
    box,
    list,
    bubble,
    async say(text: string): Promise<void> {
      await box.fill(text);
      await box.press('Enter');
    },
    /** Selects files and sends them from the dialog that previews them. */
    async sendFiles(...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
      await page.locator('input[type=file]').setInputFiles(files);
      await page.getByRole('button', { name: /^Send \d+ files?$/ }).click();
    },
    /** Waits until a message with this text is visible. */
    seen: (text: string | RegExp): Promise<void> => bubble(text).waitFor(),
    /** Waits until the user's own message with this text shows a delivery state. */
    state: (text: string, label: 'Sending' | 'Sent' | 'Delivered' | 'Read'): Promise<void> =>
      bubble(text).getByRole('img', { name: label, exact: true }).waitFor(),
    /** Opens the menu of a message and selects an item. */
    async choose(text: string, item: string | RegExp): Promise<void> {
      await bubble(text).click({ button: 'right', position: { x: 8, y: 8 } });
      await page.getByRole('menuitem', { name: item }).click();
    },
    /** Returns the texts of the rendered messages, from top to bottom. */
    texts: (): Promise<string[]> => list.locator('.bubble > .text').allTextContents(),
    /** Returns the distance in pixels from the visible part to the end of the list. */
    distance: (): Promise<number> => list.evaluate((element) => Math.abs(Math.round(element.scrollTop))),
    async scrollBy(pixels: number): Promise<void> {
      await list.hover();
      await page.mouse.wheel(0, pixels);
    },
    /** Scrolls by `step` pixels at a time until a message is visible. */
    async scrollTo(text: string, step: number): Promise<void> {
      await expect
        .poll(
          async () => {
            if ((await bubble(text).count()) > 0) return true;
            await list.evaluate((element, by) => element.scrollBy(0, by), step);
            return false;
          },
          { interval: 50, timeout: 20_000 },
        )
        .toBe(true);
    },
    /** Returns the y coordinate of a message in pixels. */
    async top(text: string): Promise<number> {
      return Math.round((await bubble(text).boundingBox())?.y ?? Number.NaN);
    },
    /** Waits until the list of messages has stopped scrolling. */
    async still(): Promise<void> {
      let before = '';
      await expect
        .poll(
          async () => {
            const now = `${await list.evaluate((element) => `${element.scrollTop} ${element.scrollHeight}`)}`;
            const same = now === before;
            before = now;
            return same;
          },
          { interval: 150 },
        )
        .toBe(true);
    },
  };
}

export type ChatPage = ReturnType<typeof chatPage>;
