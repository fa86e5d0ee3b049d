import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { chatPage } from './chat-page.ts';
import { type OpenOptions, WebKit } from './kit.ts';
import { playScene, type Scene } from './screenshot-scene.ts';

/**
 * Captures the main pages and states: in light and dark mode, from a narrow phone to a wide screen,
 * in English, Chinese and right-to-left text.
 *
 * @param only names of the states to capture. Default: all
 */
export async function takeScreenshots(folder = 'services/web/screenshots', only: string[] = []): Promise<void> {
  const place = resolve(folder);
  await mkdir(place, { recursive: true });
  await using kit = await WebKit.start();
  const scene = await playScene(kit);
  for (const state of states(scene)) {
    if (only.length > 0 && !only.includes(state.name)) continue;
    const { name, path, options = {}, as = scene.me, act } = state;
    const page =
      as === 'nobody' ? await (await kit.context(options)).newPage() : await kit.open(as, { ...options, path });
    if (as === 'nobody') await page.goto(path);
    await page.waitForLoadState('networkidle');
    await act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${place}/${name}.png`, animations: 'disabled' });
    await page.context().close();
  }
}

const phone: OpenOptions = { size: 'phone' };
const dark: OpenOptions = { colorScheme: 'dark' };
const chinese: OpenOptions = { locale: 'zh-CN' };
const width = (pixels: number, height = 800): OpenOptions => ({ viewport: { width: pixels, height } });

/** Returns the states to capture. Each one has a page and the actions that lead to the state. */
function states({ friend, group, hebrew, newcomer, picture }: Scene): State[] {
  const chat = `/chats/${friend.id}`;
  const groupChat = `/chats/${group}`;
  return [
    { name: 'register-phone', as: 'nobody', path: '/register', options: phone },
    { name: 'chat-light', path: chat },
    { name: 'chat-wide', path: chat, options: width(2560, 1200) },
    { name: 'chats-phone', path: '/chats', options: phone },
    { name: 'chat-phone', path: chat, options: phone },
    { name: 'chat-phone-zh', path: chat, options: { ...phone, ...chinese } },
    { name: 'chat-phone-dark', path: chat, options: { ...phone, ...dark } },
    { name: 'chat-320', path: groupChat, options: width(320, 640) },
    { name: 'chat-rtl', path: `/chats/${hebrew.id}`, options: width(375, 667) },
    { name: 'group-dark', path: groupChat, options: dark },
    { name: 'group-tablet', path: groupChat, options: width(820, 1180) },
    { name: 'group-panel', path: `${groupChat}/details` },
    { name: 'people-phone', path: '/people', options: phone },
    { name: 'people-phone-zh', path: '/people', options: { ...phone, ...chinese } },
    { name: 'profile-light', path: `/people/${friend.id}` },
    { name: 'settings-dark', path: '/settings/account', options: dark },
    { name: 'privacy-phone', path: '/settings/privacy', options: { ...phone, ...dark } },
    { name: 'empty-light', as: newcomer, path: '/chats' },
    { name: 'menu-light', path: groupChat, act: (page) => openMenu(page, 'Then I bring the tea') },
    {
      name: 'details-phone',
      path: groupChat,
      options: phone,
      act: async (page) => {
        await chatPage(page).choose('Then I bring the tea', 'Message details');
        await page.getByRole('heading', { name: 'Read by' }).waitFor();
      },
    },
    { name: 'pins-dark', path: groupChat, options: dark, act: openPins },
    { name: 'upload-phone', path: chat, options: phone, act: (page) => chooseFiles(page, picture) },
    {
      name: 'search-light',
      path: groupChat,
      act: async (page) => {
        await page.getByRole('button', { name: 'Search in this chat' }).click();
        await page.getByRole('searchbox', { name: 'Search messages' }).fill('the');
        await page.locator('mark').first().waitFor();
      },
    },
    {
      name: 'viewer-dark',
      path: chat,
      options: dark,
      act: async (page) => {
        await chatPage(page).list.getByRole('button', { name: /^Open/ }).first().click();
        await page.getByRole('dialog').locator('img').first().waitFor();
      },
    },
    {
      name: 'failed-dark',
      path: chat,
      options: { ...phone, ...dark },
      act: async (page) => {
        await page.context().setOffline(true);
        await chatPage(page).say('See you at the station!');
        await page.getByText('You are offline').waitFor();
      },
    },
  ];
}

async function openMenu(page: Page, text: string): Promise<void> {
  await chatPage(page)
    .bubble(text)
    .click({ button: 'right', position: { x: 8, y: 8 } });
  await page.getByRole('menu').waitFor();
}

async function openPins(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show all pinned messages' }).click();
  await page.getByRole('dialog').waitFor();
}

async function chooseFiles(page: Page, picture: Buffer): Promise<void> {
  const timetable = 'Timetable of the mountain railway, summer season.pdf';
  await page.locator('input[type=file]').setInputFiles([
    { name: 'lake.png', mimeType: 'image/png', buffer: picture },
    { name: timetable, mimeType: 'application/pdf', buffer: Buffer.alloc(48_000, '%PDF-') },
  ]);
  await page.getByRole('dialog').waitFor();
}

interface State {
  name: string;
  /** User whose page is captured. Default: the main user of the scene. */
  as?: Scene['me'] | 'nobody';
  path: string;
  options?: OpenOptions;
  /** Performs the actions that lead from the loaded page to the state. */
  act?(page: Page): Promise<unknown>;
}
