import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

async function pair(size: keyof typeof sizes = 'desktop', name = 'Ann') {
  const [ann, bob] = await kit.friends(name, 'Bob');
  const [annPage, bobPage] = await Promise.all([
    kit.open(ann, { path: `/chats/${bob.id}`, size }),
    kit.open(bob, { path: `/chats/${ann.id}`, size }),
  ]);
  return { ann, bob, a: chatPage(annPage), b: chatPage(bobPage) };
}

const attacks = [
  '<img src=x onerror="window.attacked=1">',
  '<script>window.attacked=1</script>',
  'javascript:window.attacked=1',
  'https://example.org/"onmouseover="window.attacked=1',
  '{{ constructor.constructor("window.attacked=1")() }}',
];

describe('script code', () => {
  it('the page shows script code in messages and names as text', async () => {
    const { a, b } = await pair('desktop', '<img src=x onerror="window.attacked=1">');
    for (const attack of attacks) {
      await a.say(attack);
      await b.seen(attack);
    }
    expect(await b.texts()).toEqual(attacks);
    await b.page.getByRole('heading', { name: '<img src=x' }).waitFor();
    for (const { page } of [a, b]) expect(await page.evaluate(() => 'attacked' in window)).toBe(false);
    const links = await b.list.locator('a').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    expect(links).toEqual(['https://example.org/']);
    expect(await b.list.locator('a').first().getAttribute('rel')).toContain('noopener');
  });

  it('the text field inserts pasted HTML as plain text', async () => {
    const { a, b } = await pair();
    await a.box.focus();
    await a.box.evaluate((element: HTMLTextAreaElement) => {
      const transfer = new DataTransfer();
      transfer.setData('text/html', '<b onclick="window.attacked=1">bold</b>');
      transfer.setData('text/plain', 'bold');
      const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
      if (element.dispatchEvent(event)) document.execCommand('insertText', false, transfer.getData('text/plain'));
    });
    await a.box.press('Enter');
    await b.seen('bold');
    expect(await b.texts()).toEqual(['bold']);
    expect(await b.list.locator('b').count()).toBe(0);
  });
});

describe('text with direction overrides', () => {
  it('direction override characters in a message do not change the direction of the text around it', async () => {
    const { a, b } = await pair();
    await a.say('\u202eevil\u2067 text');
    await a.say('plain');
    await b.seen('plain');
    const time = b.bubble('evil').locator('time');
    expect(await time.textContent()).toMatch(/^\d\d:\d\d$/);
    // The text after it is still on its right.
    const [text, meta] = await Promise.all([
      b.bubble('plain').locator('.text').boundingBox(),
      b.bubble('plain').locator('.meta').boundingBox(),
    ]);
    expect(meta?.x).toBeGreaterThan(text?.x as number);
    const isolated = await b
      .bubble('evil')
      .locator('.text')
      .evaluate((element) => getComputedStyle(element).unicodeBidi);
    expect(isolated).toMatch(/isolate/);
    const heading = await b.page.locator('header h1').evaluate((element) => getComputedStyle(element).unicodeBidi);
    expect(heading).toMatch(/isolate/);
  });

  it('the page lays out a message in a right-to-left script from right to left', async () => {
    const { a, b } = await pair();
    await a.say('שלום עולם');
    await b.seen('שלום');
    expect(await b.bubble('שלום').getAttribute('dir')).toBe('rtl');
  });
});

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('too much text, on a %s', (size) => {
  it('a word of 8,000 characters wraps, and the page does not become wider', async () => {
    const { a, b } = await pair(size);
    const word = 'w'.repeat(8000);
    await a.box.fill(word);
    await a.box.press('Enter');
    await b.seen('wwww');
    expect((await b.texts())[0]).toHaveLength(8000);
    for (const { page } of [a, b]) {
      const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide).toBeLessThanOrEqual(room as number);
    }
    const { width = 0 } = (await b.bubble('wwww').boundingBox()) ?? {};
    expect(width).toBeLessThanOrEqual((await b.list.boundingBox())?.width ?? 0);
  });

  it('a text that is too long stays in the draft, and the page shows the limit', async () => {
    const { a, b } = await pair(size);
    const emoji = '😀'.repeat(10_000);
    await a.box.fill(emoji);
    await a.box.press('Enter');
    await a.page.getByText('Too long by 2000 characters. The limit is 8,000.').waitFor();
    expect((await a.box.inputValue()).length).toBe(emoji.length);
    expect(await a.texts()).toEqual([]);
    await a.page.reload();
    await expect.poll(async () => (await a.box.inputValue()).length).toBe(emoji.length);
    await a.box.fill('😀'.repeat(8000));
    await a.box.press('Enter');
    await b.seen('😀');
    await expect.poll(async () => (await b.texts())[0]?.length).toBe(16_000);
  });
});

describe('without a network', () => {
  it('messages that the user writes offline are shown at once, and later sent once and in order', async () => {
    const { a, b } = await pair();
    await a.say('before');
    await b.seen('before');
    await a.page.context().setOffline(true);
    await a.say('one');
    await a.say('two');
    await a.state('two', 'Sending');
    await a.page.context().setOffline(false);
    await b.seen('two');
    await a
      .bubble('two')
      .getByRole('img', { name: /Delivered|Read/ })
      .waitFor();
    expect(await b.texts()).toEqual(['before', 'one', 'two']);
    expect(await a.texts()).toEqual(['before', 'one', 'two']);
  });
});
