import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { type Person, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** A PNG picture of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const width = (pixels: number, height = 720) => ({ viewport: { width: pixels, height } });

/** Returns the elements of a page that extend beyond its right edge. */
const cut = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, input, select, textarea, a, h1, h2, p, label')].flatMap(
      (element) => {
        const { left, right, width: wide } = element.getBoundingClientRect();
        if (wide === 0 || element.closest('.ui-visually-hidden, .skip, [hidden]')) return [];
        return right > innerWidth + 1 || left < -1
          ? [`${element.tagName} ${element.textContent?.slice(0, 30)} ${left}–${right}`]
          : [];
      },
    ),
  );

async function group(...names: [string, ...string[]]): Promise<{ people: Person[]; id: number }> {
  const people = (await kit.friends(...names)) as Person[];
  const [owner, ...others] = people as [Person, ...Person[]];
  const body = { name: `Layout ${crypto.randomUUID().slice(0, 8)}`, members: others.map(({ id }) => id) };
  const { id } = await kit.call<{ id: number }>('POST', '/groups', { token: owner.token, body });
  return { people, id };
}

describe('narrow windows', () => {
  it('on a screen of 320 px, pages and dialogs reflow without horizontal scrolling', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bartholomew Featherstonehaugh-Cholmondeley');
    const stranger = await kit.person('Someone with quite a long name');
    await kit.call('POST', '/friend-requests', { token: stranger.token, body: { to: ann.id } });
    await kit.call('POST', '/friend-groups', { token: ann.token, body: { name: 'Colleagues of the second floor' } });
    await kit.say(bob, ann, 'hello');
    const signIn = await (await kit.context(width(320))).newPage();
    await signIn.goto('/register');
    await signIn.getByRole('button', { name: 'Create account' }).waitFor();
    expect(await cut(signIn)).toEqual([]);
    const page = await kit.open(ann, width(320));
    for (const path of [
      `/people/${bob.id}`,
      '/people/groups',
      '/people/requests',
      '/people',
      '/settings/profile',
      '/groups/new',
      '/chats',
    ]) {
      await page.goto(path);
      await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      expect(await cut(page), path).toEqual([]);
    }
    await page.goto('/people/groups');
    await page.getByRole('button', { name: /^Rename/ }).click();
    expect(await cut(page)).toEqual([]);
    await page.goto('/people/requests');
    const name = await page.getByText('Someone with quite a long name').boundingBox();
    expect(name?.width).toBeGreaterThan(120);
    await page.goto(`/chats/${bob.id}`);
    const a = chatPage(page);
    await a.seen('hello');
    expect(await a.box.evaluate((element) => element.clientHeight)).toBeLessThan(48);
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await page.locator('[data-emoji]').first().waitFor();
    expect(await cut(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await a.choose('hello', /^React$/);
    await page.getByRole('dialog').locator('[data-emoji]').first().waitFor();
    expect(await cut(page)).toEqual([]);
    const [dialog, close] = [
      await page.locator('dialog').boundingBox(),
      await page.locator('dialog').getByRole('button', { name: 'Close', exact: true }).boundingBox(),
    ];
    expect((close?.x ?? 0) + (close?.width ?? 0)).toBeLessThanOrEqual((dialog?.x ?? 0) + (dialog?.width ?? 0));
    const overflow = (selector: string) =>
      page.locator(selector).evaluateAll((all) => all.map((each) => Math.max(0, each.scrollWidth - each.clientWidth)));
    expect(await overflow('dialog')).toEqual([0]);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    const names = ['the first report of the year.pdf', 'the second report of the year.pdf'];
    await page
      .locator('input[type=file]')
      .setInputFiles(names.map((each) => ({ name: each, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-') })));
    await page.locator('dialog .tail').first().waitFor();
    expect(await overflow('dialog, dialog .tail')).toEqual([0, 0, 0]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Record a voice message' }).click();
    await page.getByRole('button', { name: 'Send voice message' }).click();
    await a.list.getByRole('button', { name: /^Play/ }).waitFor();
    const [player, time] = [
      await a.list.locator('.audio').boundingBox(),
      await a.list.locator('.audio .time').boundingBox(),
    ];
    expect((time?.x ?? 0) + (time?.width ?? 0)).toBeLessThanOrEqual((player?.x ?? 0) + (player?.width ?? 0) + 1);
    expect(await overflow('.bubble[data-type=audio]')).toEqual([0]);
  }, 90_000);
});

describe('medium windows', () => {
  it('on a screen below 1024 px, tapping a search hit closes the search panel and shows the message', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'the needle');
    for (let count = 0; count < 5; count++) await kit.say(bob, ann, `hay ${count}`);
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}`, ...width(820, 1100) }));
    await a.page.getByRole('button', { name: 'Search in this chat' }).click();
    await a.page.getByRole('searchbox', { name: 'Search messages' }).fill('needle');
    const panel = a.page.getByRole('region', { name: 'Search in this chat' });
    await panel.getByRole('button', { name: /the needle/ }).click({ timeout: 30_000 });
    await panel.waitFor({ state: 'detached' });
    await a.seen('the needle');
    await a.page.getByRole('button', { name: 'Back to the results' }).click();
    await panel.getByRole('button', { name: /the needle/ }).waitFor();
  });
});

describe('wide windows', () => {
  it('on a screen of 2560 px, own messages and messages of others share one column', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'left');
    await kit.say(ann, bob, 'right');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}`, ...width(2560, 1200) }));
    await a.seen('right');
    const [left, right] = [await a.bubble('left').boundingBox(), await a.bubble('right').boundingBox()];
    expect((right?.x ?? 0) + (right?.width ?? 0) - (left?.x ?? 0)).toBeLessThanOrEqual(960);
  });
});

describe('message bubbles', () => {
  it('consecutive messages of a sender are 2 px apart and have one avatar, beside the last message', async () => {
    const { people, id } = await group('Ann', 'Bob');
    const [ann, bob] = people as [Person, Person];
    for (const text of ['one', 'two', 'three']) await kit.say(bob, { id }, text);
    const a = chatPage(await kit.open(ann, { path: `/chats/${id}` }));
    await a.seen('three');
    const boxes = await Promise.all(
      ['one', 'two', 'three'].map(async (text) => (await a.bubble(text).boundingBox()) ?? { y: 0, height: 0 }),
    );
    const [first, second, third] = boxes as [(typeof boxes)[0], (typeof boxes)[0], (typeof boxes)[0]];
    expect(second.y - first.y).toBeCloseTo(first.height + 2, 0);
    expect(third.y - second.y).toBeCloseTo(second.height + 2, 0);
    expect(first.height).toBeLessThan(42);
    const avatars = a.list.locator('.avatar img, .avatar .letter');
    expect(await avatars.count()).toBe(1);
    const avatar = (await avatars.boundingBox()) ?? { y: 0, height: 0 };
    expect(avatar.y + avatar.height).toBeCloseTo(third.y + third.height, 0);
  });

  it.each(['light', 'dark'] as const)(
    'message bubbles have a contrast of at least 1.25 to their background in the %s theme',
    async (colorScheme) => {
      const [ann, bob] = await kit.friends('Ann', 'Bob');
      await kit.say(bob, ann, 'left');
      await kit.say(ann, bob, 'right');
      const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}`, colorScheme }));
      await a.seen('right');
      const background = (selector: string) =>
        a.page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).backgroundColor);
      const chat = await background('.messages');
      for (const selector of ['.message:not(.mine) .bubble', '.mine .bubble'])
        expect(contrast(chat, await background(selector))).toBeGreaterThanOrEqual(1.25);
      await a.choose('left', 'Forward');
      const field = a.page.getByRole('dialog').locator('.box');
      const line = await field.evaluate((element) => getComputedStyle(element).borderTopColor);
      const dialog = await a.page.locator('dialog').evaluate((element) => getComputedStyle(element).backgroundColor);
      expect(contrast(line, dialog)).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('buttons', () => {
  it.each(['light', 'dark'] as const)(
    'plain buttons have enough contrast to the page in the %s theme',
    async (colorScheme) => {
      const { people, id } = await group('Ann', 'Bob');
      const page = await kit.open(people[0] as Person, { path: `/chats/${id}/details`, colorScheme });
      const button = page.getByRole('button', { name: 'Add members' });
      await button.waitFor();
      const background = (element: Element) => getComputedStyle(element).backgroundColor;
      const behind = await page.locator('body').evaluate(background);
      expect(contrast(behind, await button.evaluate(background))).toBeGreaterThanOrEqual(1.15);
      const [description, settings] = [page.getByRole('button', { name: 'Edit' }), page.getByRole('switch').first()];
      const top = async (element: typeof button) => (await element.boundingBox())?.y ?? Number.NaN;
      expect(await top(description)).toBeLessThan(await top(settings));
    },
  );
});

describe('the time of a message', () => {
  it('the time of a message keeps its distance from right-to-left text', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'שלום עולם');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.seen('שלום');
    const bubble = a.bubble('שלום');
    const [text, time] = [await bubble.locator('.text').boundingBox(), await bubble.locator('.meta').boundingBox()];
    expect((text?.x ?? 0) - ((time?.x ?? 0) + (time?.width ?? 0))).toBeGreaterThanOrEqual(8);
  });
});

describe('long names', () => {
  it('a long name of a person wraps, that of a friend group is cut at its end, and that of a file keeps its extension', async () => {
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(2).slice(0, 64);
    const [ann, bob] = await kit.friends('Ann', long);
    const page = await kit.open(ann, { path: `/people/${bob.id}`, ...width(390) });
    const heading = page.locator('h2', { hasText: long });
    await heading.waitFor();
    expect(await heading.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    await kit.call('POST', '/friend-groups', { token: ann.token, body: { name: long } });
    await page.goto('/people/groups');
    const row = page.locator('main .ui-name', { hasText: long });
    await row.waitFor();
    const style = await row.evaluate((element) => {
      const { display, textOverflow } = getComputedStyle(element);
      return { display, textOverflow, isCut: element.scrollWidth > element.clientWidth };
    });
    expect(style).toEqual({ display: 'block', textOverflow: 'ellipsis', isCut: true });
    await page.goto(`/chats/${bob.id}`);
    const a = chatPage(page);
    await a.sendFiles({
      name: `${'a very long name of a file '.repeat(6)}report.pdf`,
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-'),
    });
    const tail = a.list.locator('.file .tail');
    await tail.waitFor();
    expect(await tail.textContent()).toMatch(/report\.pdf$/);
    const [end, bubble] = [await tail.boundingBox(), await a.list.locator('.bubble').last().boundingBox()];
    expect((end?.x ?? 0) + (end?.width ?? 0)).toBeLessThanOrEqual((bubble?.x ?? 0) + (bubble?.width ?? 0));
    await a.list.getByRole('button', { name: /^Actions for message from You/ }).click();
    await page.getByRole('menuitem', { name: 'Reply' }).click();
    expect(await page.locator('.composer .tail').textContent()).toMatch(/report\.pdf$/);
    await page.goto('/chats');
    await expect.poll(() => page.locator('.item .tail').textContent()).toMatch(/report\.pdf$/);
    await page.goto(`/chats/${bob.id}`);
    const name = `${'a very long name of a picture '.repeat(6)}sunset.png`;
    await a.sendFiles({ name, mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') });
    await a.list.getByRole('button', { name: /^Open/ }).click();
    const viewer = page.getByRole('dialog');
    expect(await viewer.locator('.tail').textContent()).toMatch(/sunset\.png$/);
    expect(await viewer.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  });
});

/** Returns the contrast of two colors, from 1 to 21, by the formula of WCAG. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
