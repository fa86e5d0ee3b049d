import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChatPage, chatPage } from './chat-page.ts';
import { type sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ env: { RECALL_WINDOW: '1h' } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** Creates two friends with a message from each, and opens the chat as the first one. */
async function chat(size: keyof typeof sizes = 'desktop') {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  await kit.say(bob, ann, 'from Bob');
  await kit.say(ann, bob, 'from Ann');
  const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}`, size }));
  await a.seen('from Ann');
  return { ann, bob, a };
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });
const hasFocus = (page: Page) => page.evaluate(() => document.activeElement !== document.body);

describe('message bubbles', () => {
  it('for screen readers, a message and its actions have labels with sender, time and text', async () => {
    const { a } = await chat();
    await a.list.getByRole('group', { name: /^Bob, \d\d:\d\d: from Bob$/ }).waitFor();
    await a.list.getByRole('group', { name: /^You, \d\d:\d\d: from Ann$/ }).waitFor();
    const actions = await a.list
      .locator('.more')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
    expect(actions).toEqual([
      expect.stringMatching(/^Actions for message from Bob, \d\d:\d\d: from Bob$/),
      expect.stringMatching(/^Actions for message from You, \d\d:\d\d: from Ann$/),
    ]);
  });

  it('arrow keys move the focus to a message, Enter opens its menu, and Esc moves the focus back to the text field', async () => {
    const { a } = await chat();
    await a.list.focus();
    await a.page.keyboard.press('ArrowUp');
    await expect.poll(() => focused(a.page)).toMatch(/^You, .*from Ann$/);
    await a.page.keyboard.press('ArrowUp');
    await expect.poll(() => focused(a.page)).toMatch(/^Bob, .*from Bob$/);
    await a.page.keyboard.press('Enter');
    await a.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    const outline = () => a.page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    await expect.poll(outline).toBe('solid');
    await a.page.keyboard.press('Escape');
    await expect.poll(() => focused(a.page)).toMatch(/^Bob, .*from Bob$/);
    await a.page.keyboard.press('Escape');
    await expect.poll(() => focused(a.page)).toBe('Write a message');
  });
});

describe('screen readers', () => {
  it('a live region announces each new message, including repeated texts, stickers and cards', async () => {
    const { ann, bob, a } = await chat();
    const log = a.page.getByRole('log');
    const announced = () => log.locator('p').allTextContents();
    await kit.say(bob, ann, 'again');
    await expect.poll(announced).toEqual(['Bob: again']);
    await kit.say(bob, ann, 'again');
    await expect.poll(announced).toEqual(['Bob: again', 'Bob: again']);
    const send = (body: object) =>
      fetch(`${kit.stack.gatewayUrls[0]}/v1/frames`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bob.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'send', ref: crypto.randomUUID(), to: ann.id, body }),
      });
    await send({ type: 'sticker', code: '🐱' });
    await send({ type: 'card', user: bob.id });
    await expect.poll(announced).toEqual(['Bob: again', 'Bob: again', 'Bob: [Sticker]', 'Bob: [Contact]']);
  });
});

describe('keyboard focus', () => {
  it('the keyboard focus stays on the page after a reaction, a recall, a dialog and a search', async () => {
    const { a } = await chat();
    await a.choose('from Bob', 'React with 👍');
    await a.list.getByRole('button', { name: /^👍 1/ }).waitFor();
    expect(await hasFocus(a.page)).toBe(true);

    await a.choose('from Bob', /^React$/);
    await a.page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
    await a.page.keyboard.press('Escape');
    await a.page.getByRole('dialog').first().waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(a.page)).toBe(true);

    await a.list.focus();
    await a.page.keyboard.press('ArrowUp');
    await a.page.keyboard.press('Enter');
    await a.page.getByRole('menuitem', { name: 'Recall message' }).click();
    await a.page.getByRole('dialog').getByRole('button', { name: 'Recall message' }).click();
    await a.page.getByText('Your message was recalled').first().waitFor();
    await expect.poll(() => hasFocus(a.page)).toBe(true);

    await a.page.getByRole('button', { name: 'Search in this chat' }).click();
    await a.page.getByRole('searchbox', { name: 'Search messages' }).press('Escape');
    await expect.poll(() => hasFocus(a.page)).toBe(true);
  });

  it('the keyboard focus moves to a neighbouring element when the focused button disappears', async () => {
    const { ann, bob, a } = await chat();
    const { page } = a;
    const [cem, dora, emil] = [await kit.person('Cem'), await kit.person('Dora'), await kit.person('Emil')];
    for (const { token } of [cem, dora]) await kit.call('POST', '/friend-requests', { token, body: { to: ann.id } });
    await kit.call('POST', '/friend-groups', { token: ann.token, body: { name: 'Team' } });
    await kit.call('PUT', `/blocks/${emil.id}`, { token: ann.token });
    const press = async (name: string | RegExp) => {
      await page.getByRole('button', { name }).first().focus();
      await page.keyboard.press('Enter');
    };
    const isOn = (name: string | RegExp) => expect.poll(() => focused(page)).toMatch(name);
    await press('Record a voice message');
    await isOn('Recording');
    await page.keyboard.press('Escape');
    await isOn('Write a message');
    await a.box.fill('by the button');
    await press('Send');
    await isOn('Write a message');
    const files = ['a', 'b'].map((name) => ({
      name: `${name}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(name),
    }));
    await page.locator('input[type=file]').setInputFiles(files);
    await press('Move a.txt down');
    await press('Move a.txt down');
    await isOn('Move a.txt down');
    await press('Remove a.txt');
    await isOn('Remove b.txt');
    await page.keyboard.press('Escape');
    await page.goto('/people/requests');
    await press('Decline');
    await expect.poll(() => page.getByRole('button', { name: 'Decline' }).count()).toBe(1);
    await isOn(/Cem|Dora/);
    await page.goto('/people/groups');
    await press('Rename: Team');
    await expect.poll(() => page.evaluate(() => document.activeElement?.matches('input'))).toBe(true);
    await page.keyboard.press('Escape');
    await isOn('Rename: Team');
    await page.goto('/people/blocked');
    await press('Unblock');
    await page.getByText('You have not blocked anyone.').waitFor();
    await expect.poll(() => hasFocus(page)).toBe(true);
    await page.goto(`/people/${bob.id}`);
    await press('Block');
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).press('Enter');
    await isOn('Unblock');
  });

  it('after Back from a page that covered a list, the list item that led to the page has the keyboard focus again', async () => {
    const { a } = await chat();
    await a.page.setViewportSize({ width: 640, height: 400 });
    await a.page.goto('/settings');
    const link = a.page.getByRole('link', { name: 'Notifications' });
    await link.focus();
    await a.page.keyboard.press('Enter');
    await a.page.waitForURL('**/settings/notifications');
    await expect.poll(() => focused(a.page)).toBe('Back');
    await a.page.keyboard.press('Enter');
    await expect.poll(() => focused(a.page)).toBe('Notifications');
  });

  it('the skip link moves the focus past the list of chats, and the list is a single tab stop', async () => {
    const { bob, ann, a } = await chat();
    for (const name of ['Cem', 'Dora', 'Emil']) {
      const other = await kit.person(name);
      await kit.befriend(ann, other);
      await kit.say(other, ann, 'hi');
    }
    await a.page.goto(`/chats/${bob.id}`);
    await a.seen('from Ann');
    await expect.poll(() => a.page.getByRole('region', { name: 'Chats' }).locator('li a').count()).toBe(4);
    expect(await a.page.locator('li a[tabindex="0"]').count()).toBe(1);
    await a.page.locator('.skip').focus();
    await a.page.keyboard.press('Enter');
    expect(await focused(a.page)).toBe('Write a message');
    await a.page.locator('li a[tabindex="0"]').focus();
    const before = await focused(a.page);
    await a.page.keyboard.press('Home');
    await a.page.keyboard.press('End');
    expect(await focused(a.page)).not.toBe('');
    await a.page.keyboard.press('ArrowUp');
    expect(before).toContain('Bob');
    await a.page.goto('/people');
    await a.page.getByRole('link', { name: /Emil/ }).waitFor();
    expect(await a.page.locator('.people .scroll [tabindex="0"]').count()).toBe(1);
    await a.page.locator('.people .scroll [tabindex="0"]').focus();
    await a.page.keyboard.press('End');
    expect(await focused(a.page)).toContain('Emil');
    await a.page.keyboard.press('Shift+Tab');
    await a.page.keyboard.press('Tab');
    expect(await focused(a.page)).toContain('Emil');
  });
});

describe('editing by ArrowUp', () => {
  it('ArrowUp in the empty text field edits the last message and puts the caret at the end of its text', async () => {
    const { a } = await chat();
    await a.box.press('ArrowUp');
    await a.page.getByText('Editing a message').waitFor();
    await a.page.keyboard.type('!');
    expect(await a.box.inputValue()).toBe('from Ann!');
  });
});

describe('a menu', () => {
  it('a click outside a menu closes the menu and restores the focus', async () => {
    const { a } = await chat();
    await a.list.getByRole('button', { name: /^Actions for message from Bob/ }).focus();
    await a.page.keyboard.press('Enter');
    await a.page.getByRole('menu').waitFor();
    await a.page.locator('.messages').click({ position: { x: 400, y: 20 } });
    await a.page.getByRole('menu').waitFor({ state: 'detached' });
    await expect.poll(() => focused(a.page)).not.toBe('');
    expect(await hasFocus(a.page)).toBe(true);
  });
});

describe('recalling', () => {
  it('Recall requires a confirmation, and its menu item is separated from the others', async () => {
    const { a } = await chat();
    await a.bubble('from Ann').click({ button: 'right', position: { x: 8, y: 8 } });
    await a.page.getByRole('menuitem', { name: 'Recall message' }).waitFor();
    const labels = (await a.page.getByRole('menuitem').allTextContents())
      .map((label) => label.trim())
      .filter((label) => /^[A-Z]/.test(label));
    expect(labels).toEqual([
      'Reply',
      'Copy',
      'Edit',
      'Forward',
      'Pin message',
      'Select',
      'Message details',
      'Delete for me',
      'Recall message',
    ]);
    const box = async (name: string) =>
      (await a.page.getByRole('menuitem', { name }).boundingBox()) ?? { y: 0, height: 0 };
    const [above, below] = [await box('Select'), await box('Delete for me')];
    expect(below.y - (above.y + above.height)).toBeGreaterThanOrEqual(8);
    await a.page.getByRole('menuitem', { name: 'Recall message' }).click();
    await a.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await a.seen('from Ann');
    expect(await a.page.getByText('Your message was recalled').count()).toBe(0);
  });
});

describe("the browser's Back", () => {
  it("the browser's Back first closes open panels, and then leads from a chat to the list in one step", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'from Bob');
    const page = await kit.open(ann, { size: 'phone' });
    await page.getByRole('link', { name: /Bob/ }).click();
    const a = chatPage(page);
    await a.seen('from Bob');
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    const field = page.getByRole('searchbox', { name: 'Search messages' });
    await field.waitFor();
    await page.goBack();
    await field.waitFor({ state: 'detached' });
    await a.seen('from Bob');
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
    await page.goBack();
    await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/chats/${bob.id}`);
    expect(await focused(page)).not.toBe('Write a message');
    const actions = a.list.getByRole('button', { name: /^Actions for message/ });
    for (const overlay of ['menu', 'dialog'] as const) {
      await actions.click();
      if (overlay === 'dialog') await page.getByRole('menuitem', { name: 'Forward' }).click();
      await page.getByRole(overlay).waitFor();
      await page.goBack();
      await page.getByRole(overlay).waitFor({ state: 'detached' });
      await expect.poll(() => new URL(page.url()).pathname).toBe(`/chats/${bob.id}`);
      expect(await hasFocus(page)).toBe(true);
    }
    await page.getByRole('button', { name: 'Back to chats' }).click();
    await page.waitForURL('**/chats');
    await page.getByRole('link', { name: /Bob/ }).click();
    await a.seen('from Bob');
    await page.goBack();
    await page.waitForURL('**/chats');
    await page.getByRole('link', { name: /Bob/ }).click();
    await page.getByRole('link', { name: 'Chat details' }).click();
    await page.getByRole('link', { name: 'View profile' }).click();
    await page.waitForURL(`**/people/${bob.id}`);
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.waitForURL(`**/chats/${bob.id}/details`);
  });
});

/**
 * Simulates a long press: touches an element with a finger, as a phone reports it, and lifts it.
 */
async function longPress(a: ChatPage, selector: string): Promise<void> {
  const box = (await a.page.locator(selector).first().boundingBox()) ?? { x: 0, y: 0 };
  const session = await a.page.context().newCDPSession(a.page);
  const touchPoints = [{ x: box.x + 40, y: box.y + 16 }];
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await a.page.getByRole('menu').waitFor();
  // A phone also sends this event. The browser opens its own menu unless it is prevented.
  const prevented = await a.page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const target = element.querySelector('a') ?? element;
      return !target.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    });
  expect(prevented).toBe(true);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

describe('on a phone', () => {
  it('on a phone, a long press on a chat or a message opens a menu and does not follow a link', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'https://example.org/a-link-that-is-long-enough');
    const page = await kit.open(ann, { size: 'phone' });
    const a = chatPage(page);
    await page.getByRole('link', { name: /Bob/ }).waitFor();
    await longPress(a, '.item a');
    await page.getByRole('menuitem', { name: 'Pin on top' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/chats');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /Bob/ }).click();
    await a.seen('https://example.org');
    await longPress(a, '.bubble');
    await page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(page.context().pages()).toHaveLength(1);
  });

  it('on a phone, a tap on Send keeps the focus in the text field, and a double tap does not start a recording', async () => {
    const { a } = await chat('phone');
    await a.box.tap();
    await a.box.fill('quick');
    const send = (await a.page.getByRole('button', { name: 'Send', exact: true }).boundingBox()) ?? { x: 0, y: 0 };
    await a.page.touchscreen.tap(send.x + 20, send.y + 20);
    await a.page.touchscreen.tap(send.x + 20, send.y + 20);
    await a.seen('quick');
    expect(await focused(a.page)).toBe('Write a message');
    expect(await a.page.getByRole('timer').count()).toBe(0);
  });

  it('on a phone, buttons measure at least 44 px, and text fields have letters of 16 px', async () => {
    const { a } = await chat('phone');
    await a.choose('from Bob', 'React with 👍').catch(async () => {
      await a.bubble('from Bob').dispatchEvent('contextmenu', { clientX: 60, clientY: 200 });
      await a.page.getByRole('menuitem', { name: 'React with 👍' }).click();
    });
    await a.list.getByRole('button', { name: /^👍 1/ }).waitFor();
    const small = () =>
      a.page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, nav a, header a, [role="menuitem"]')].flatMap((element) => {
          const { width, height } = element.getBoundingClientRect();
          if (width === 0 || element.matches('.more, .skip')) return [];
          return Math.min(width, height) < 43.9
            ? [`${element.ariaLabel ?? element.textContent} ${width}x${height}`]
            : [];
        }),
      );
    const letters = () =>
      a.page.evaluate(() =>
        [...document.querySelectorAll('input:not([type=file]), textarea, select')].map(
          (field) => getComputedStyle(field).fontSize,
        ),
      );
    expect(await small()).toEqual([]);
    expect(new Set(await letters())).toEqual(new Set(['16px']));
    await a.bubble('from Bob').dispatchEvent('contextmenu', { clientX: 60, clientY: 200 });
    await a.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await small()).toEqual([]);
    await a.page.keyboard.press('Escape');
    await a.page.setViewportSize({ width: 320, height: 640 });
    // The event of the new size, which closes a menu, is sent with a frame.
    await a.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await a.bubble('from Bob').dispatchEvent('contextmenu', { clientX: 60, clientY: 200 });
    await a.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await small()).toEqual([]);
    await a.page.keyboard.press('Escape');
    await a.page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await a.page.locator('[data-emoji]').first().waitFor();
    expect(await small()).toEqual([]);
    for (const path of ['/chats', '/people', '/settings', '/settings/profile']) {
      await a.page.goto(path);
      await a.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
      expect(await small()).toEqual([]);
      for (const size of await letters()) expect(size).toBe('16px');
    }
  });
});
