import type { ClientFrame } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { type Person, sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ env: { RECALL_WINDOW: '1h' } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** Opens a chat of two friends as both of them. */
async function pair(size: keyof typeof sizes = 'desktop') {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  const [annPage, bobPage] = await Promise.all([
    kit.open(ann, { path: `/chats/${bob.id}`, size }),
    kit.open(bob, { path: `/chats/${ann.id}`, size }),
  ]);
  return { ann, bob, a: chatPage(annPage), b: chatPage(bobPage) };
}

const away = async (person: Person, other: { id: number }, ...texts: string[]) => {
  for (const text of texts) await kit.say(person, other, text);
};

it('an agent is shown as thinking, and its streamed message grows in its bubble with a caret; screen readers announce it when it is complete', async () => {
  const { ann, bob, b } = await pair();
  await kit.post(ann, { type: 'typing', chat: bob.id, active: true, state: 'thinking' });
  await b.page.locator('.header').getByText('thinking…').waitFor();
  const { id = 0 } = await kit.post(ann, { type: 'stream', op: 'start', ref: 'answer', to: bob.id });
  const append = (index: number, text: string) =>
    kit.post(ann, { type: 'stream', op: 'append', chat: bob.id, id, index, text });
  const caret = b.list.locator('.caret');
  await caret.waitFor();
  await append(1, 'It is ');
  await b.seen('It is');
  await append(2, '**noon**');
  await b.bubble('It is noon').locator('strong', { hasText: 'noon' }).waitFor();
  expect(await caret.count()).toBe(1);
  const announced = b.page.getByRole('log');
  expect(await announced.textContent()).not.toContain('It is');
  await kit.post(ann, { type: 'stream', op: 'end', ref: 'end', chat: bob.id, id });
  await caret.waitFor({ state: 'detached' });
  await announced.getByText('Ann: It is **noon**').waitFor({ state: 'attached' });
  expect(await b.bubble('It is noon').getByText('edited').count()).toBe(0);
  await b.page.reload();
  await b.seen('It is noon');
});

it('the button Stop of a streamed message, and other buttons of a message, notify its sender alone', async () => {
  const { ann, bob, b } = await pair();
  const actions = [
    { action: 'stop', label: 'x' },
    { action: 'again', label: 'Try again' },
  ];
  const answer = { type: 'stream', op: 'start', ref: 'answer', to: bob.id, text: 'Let me see', custom: { actions } };
  const { id = 0 } = await kit.post(ann, answer as ClientFrame);
  const stop = b.page.getByRole('button', { name: 'Stop', exact: true });
  const again = b.page.getByRole('button', { name: 'Try again' });
  await stop.waitFor();
  expect(await again.count()).toBe(0);
  const pressed = async () =>
    (await kit.events(ann)).flatMap((event) => (event.kind === 'action' ? [[event.id, event.user, event.action]] : []));
  expect(await pressed()).toEqual([]);
  await stop.click();
  await expect.poll(pressed).toEqual([[id, bob.id, 'stop']]);
  await kit.post(ann, { type: 'stream', op: 'end', ref: 'end', chat: bob.id, id });
  await stop.waitFor({ state: 'detached' });
  await again.click();
  await expect.poll(pressed).toContainEqual([id, bob.id, 'again']);
  const body = {
    type: 'custom',
    name: 'question',
    data: { text: 'Book it?', actions: [{ action: 'yes', label: 'Yes' }] },
  };
  await kit.post(ann, { type: 'send', ref: 'ask', to: bob.id, body } as ClientFrame);
  await b.seen('Book it?');
  await b.page.getByRole('button', { name: 'Yes', exact: true }).click();
  await expect.poll(async () => (await pressed()).map(([, , action]) => action)).toContain('yes');
});

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('two users in a chat, on a %s', (size) => {
  it("two users see each other's messages, typing and read marks at once", async () => {
    const { a, b } = await pair(size);
    await b.page.getByText('online', { exact: true }).waitFor();
    await a.box.pressSequentially('Hel');
    await b.page.locator('header').getByText('typing…').waitFor();
    await a.box.fill('Hello Bob');
    await a.box.press('Enter');
    await b.seen('Hello Bob');
    expect(await a.box.inputValue()).toBe('');
    await a.page.bringToFront();
    await b.page.bringToFront();
    await a.state('Hello Bob', 'Read');
    await b.page.getByText('Today').waitFor();
    await b.say('Hello Ann\n\nhow are you?');
    await a.seen('how are you?');
  });

  it("two users see each other's replies, reactions, edits and recalls", async () => {
    const { a, b } = await pair(size);
    await a.say('Shall we meet?');
    await b.seen('Shall we meet?');
    const choose = async (who: typeof a, text: string, item: string | RegExp) => {
      if (size === 'desktop') return who.choose(text, item);
      await who.bubble(text).dispatchEvent('contextmenu', { clientX: 60, clientY: 200 });
      await who.page.getByRole('menuitem', { name: item }).click();
    };
    await choose(b, 'Shall we meet?', 'Reply');
    await b.page.getByText('Reply to Ann').waitFor();
    await b.say('At noon');
    await a.bubble('At noon').getByRole('button', { name: 'Shall we meet?' }).waitFor();

    await choose(b, 'Shall we meet?', 'React with 👍');
    await a.list.getByRole('button', { name: /^👍 1/ }).waitFor();
    await a.list.getByRole('button', { name: /^👍 1/ }).click();
    await b.list.getByRole('button', { name: /^👍 2, including you/ }).click();
    await a.list.getByRole('button', { name: /^👍 1, including you/ }).waitFor();

    await choose(a, 'Shall we meet?', 'Edit');
    await a.box.fill('Shall we meet today?');
    await a.box.press('Enter');
    await b.bubble('Shall we meet today?').getByText('edited').waitFor();

    await choose(b, 'At noon', 'Recall message');
    await b.page.getByRole('dialog').getByRole('button', { name: 'Recall message' }).click();
    await a.page.getByText('A message of Bob was recalled').first().waitFor();
    await b.page.getByText('Your message was recalled').waitFor();
  });
});

describe('pinned messages', () => {
  it('a message that one of two users pins appears for both in a bar that leads to the message, until one unpins it', async () => {
    const { ann, bob, a, b } = await pair();
    await kit.say(ann, bob, 'the rules');
    await b.seen('the rules');
    for (let n = 0; n < 40; n += 1) await kit.say(ann, bob, `line ${n}`);
    await a.seen('line 39');
    await a.choose('line 39', 'Pin message');
    const bar = (page: typeof a.page) => page.getByRole('region', { name: 'Pinned messages' });
    await bar(a.page).getByText('line 39').waitFor();
    await b.scrollTo('the rules', -400);
    await b.choose('the rules', 'Pin message');
    await bar(a.page).getByRole('button', { name: 'Pinned message 1 of 2' }).getByText('the rules').waitFor();
    expect(await a.bubble('the rules').isVisible()).toBe(false);
    await bar(a.page).getByRole('button', { name: 'Pinned message 1 of 2' }).click();
    await a.seen('the rules');
    await bar(a.page).getByRole('button', { name: 'Pinned message 2 of 2' }).getByText('line 39').waitFor();
    await a.choose('the rules', 'Unpin message');
    await bar(b.page).getByRole('button', { name: 'Pinned message', exact: false }).getByText('line 39').waitFor();
    await b.page.reload();
    await bar(b.page).getByText('line 39').waitFor();
    await b.choose('line 39', 'Unpin message');
    for (const page of [a.page, b.page]) await bar(page).waitFor({ state: 'detached' });
  });
});

describe('messages that a user deletes for themself', () => {
  it('messages that a user deletes only for themself disappear on all their devices, and stay hidden after a reload', async () => {
    const { ann, bob, a, b } = await pair();
    const tablet = chatPage(await kit.open(bob, { path: `/chats/${ann.id}`, size: 'phone' }));
    await away(ann, bob, 'one', 'two', 'three', 'four');
    for (const each of [a, b, tablet]) await each.seen('four');
    await b.choose('one', 'Delete for me');
    await b.page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    await b.bubble('one').waitFor({ state: 'detached' });
    await b.choose('three', 'Select');
    await b.bubble('four').click();
    await b.page.getByRole('toolbar').getByRole('button', { name: 'Delete for me' }).click();
    await b.page.getByRole('dialog').getByText('2 messages').waitFor();
    await b.page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    for (const each of [b, tablet]) await expect.poll(() => each.texts()).toEqual(['two']);
    expect(await a.texts()).toEqual(['one', 'two', 'three', 'four']);
    await b.page.reload();
    await b.seen('two');
    expect(await b.texts()).toEqual(['two']);
    await b.page.getByRole('region', { name: 'Chats' }).getByText('two', { exact: true }).waitFor();
  });
});

describe('the composer', () => {
  it('Enter sends a message, Shift+Enter inserts a line break, and the page does not send blank text', async () => {
    const { a, b } = await pair();
    await a.box.press('Enter');
    await a.say('   \n  ');
    await a.box.fill('');
    await a.box.pressSequentially('one');
    await a.box.press('Shift+Enter');
    await a.box.pressSequentially('two');
    await a.box.press('Enter');
    await b.seen('one\ntwo');
    expect(await b.texts()).toEqual(['one\ntwo']);
  });

  it('Enter does not send the message while an input method composes text', async () => {
    const { a } = await pair();
    const session = await a.page.context().newCDPSession(a.page);
    await a.box.focus();
    await session.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 });
    await a.box.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    expect(await a.texts()).toEqual([]);
    await session.send('Input.insertText', { text: '你好' });
    expect(await a.box.inputValue()).toBe('你好');
    await a.box.press('Enter');
    await a.seen('你好');
  });

  it('each chat keeps its draft while the user visits other chats', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await away(bob, ann, 'hi');
    const { page, box } = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await box.fill('not yet finished');
    await page.goto('/chats');
    await page.getByText('not yet finished').waitFor();
    await page.getByText('Draft:').waitFor();
    await page.getByRole('link', { name: /Bob/ }).click();
    await expect.poll(() => box.inputValue()).toBe('not yet finished');
  });

  it('the emoji search finds emoji by words in English and Chinese', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const english = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await english.page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await english.page.getByRole('searchbox', { name: 'Search emoji' }).fill('pizza');
    await english.page.getByRole('button', { name: 'pizza' }).click();
    expect(await english.box.inputValue()).toBe('🍕');
    const { page } = chatPage(await kit.open(bob, { path: `/chats/${ann.id}`, locale: 'zh-CN' }));
    await page.getByRole('button', { name: '表情', exact: true }).click();
    await page.getByRole('searchbox', { name: '搜索表情' }).fill('披萨');
    await page.locator('[data-emoji="🍕"]').waitFor();
  });

  it('a user can forward a message to another chat', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await away(cem, ann, 'from Cem');
    await away(bob, ann, 'pass this on');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const c = chatPage(await kit.open(cem, { path: `/chats/${ann.id}` }));
    await a.choose('pass this on', 'Forward');
    await a.page.getByRole('dialog').getByRole('checkbox', { name: 'Cem' }).check();
    await a.page.getByRole('dialog').getByRole('button', { name: 'Forward', exact: true }).click();
    await c.seen('pass this on');
  });

  it('a user can forward several selected messages to several chats, and copy them', async () => {
    const [ann, bob, cem, dan] = await kit.friends('Ann', 'Bob', 'Cem', 'Dan');
    await away(bob, ann, 'first', 'second', 'third');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await a.choose('third', 'Select');
    await a.page.getByRole('checkbox', { name: /: first$/ }).press('Space');
    await a.page.getByText('2 selected').waitFor();
    await a.page.getByRole('toolbar').getByRole('button', { name: 'Forward' }).click();
    const dialog = a.page.getByRole('dialog');
    for (const name of ['Cem', 'Dan']) await dialog.getByRole('checkbox', { name }).check();
    await dialog.getByRole('button', { name: 'Forward to 2 chats' }).click();
    for (const person of [cem, dan]) {
      const other = chatPage(await kit.open(person, { path: `/chats/${ann.id}` }));
      await other.seen('third');
      expect(await other.texts()).toEqual(['first', 'third']);
    }
    await a.box.waitFor();
    await a.choose('first', 'Select');
    await a.bubble('second').click();
    await a.page.getByRole('toolbar').getByRole('button', { name: 'Copy' }).click();
    const copied = () => a.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toMatch(/^Bob, \d\d:\d\d: first\nBob, \d\d:\d\d: second$/);
    await a.choose('first', 'Select');
    await a.page.keyboard.press('Escape');
    await a.box.waitFor();
  });

  it('a user can copy the text of a message', async () => {
    const { a } = await pair();
    await a.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await a.say('copy me');
    await a.state('copy me', 'Sent').catch(() => {});
    await a.choose('copy me', 'Copy');
    await expect.poll(() => a.page.evaluate(() => navigator.clipboard.readText())).toBe('copy me');
  });
});

describe('rejected messages', () => {
  it('a rejected message stays visible with the reason, and can be sent again', async () => {
    const { ann, bob, a, b } = await pair();
    await a.say('before');
    await b.seen('before');
    await kit.call('PUT', `/blocks/${ann.id}`, { token: bob.token });
    await a.say('during');
    await a.page.getByText('Not sent. This person does not accept messages from you.').waitFor();
    await kit.call('DELETE', `/blocks/${ann.id}`, { token: bob.token });
    await expect
      .poll(
        async () => {
          await a.page
            .getByRole('button', { name: 'Send again' })
            .click({ timeout: 500 })
            .catch(() => {});
          return (await b.texts()).join();
        },
        { timeout: 15_000 },
      )
      .toBe('before,during');
  });
});
