import { describe, expect, it } from 'vitest';
import { readPage } from './read-page.ts';

const MAX = 64 * 1024;

/** Yields bytes in parts, and counts those that were read. */
class Parts {
  read = 0;
  readonly #bytes: Buffer;
  readonly #size: number;

  constructor(bytes: Buffer | string, size = 1000) {
    this.#bytes = Buffer.from(bytes as string);
    this.#size = size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#bytes.length; at += this.#size) {
      const part = this.#bytes.subarray(at, at + this.#size);
      this.read += part.length;
      yield part;
    }
  }
}

const read = (html: string, charset?: string) => readPage(new Parts(html), { charset, maxBytes: MAX });

describe('the facts of a page', () => {
  it('readPage prefers Open Graph to Twitter and plain tags, and uses the first tag of each kind', async () => {
    const page = `<!doctype html><html><head><title>plain</title>
      <meta name="description" content="plain text">
      <meta name="twitter:title" content="tweet">
      <meta property="og:title" content="first &amp; best"><meta property="og:title" content="second">
      <meta property="OG:Description" content=" two
        lines ">
      <meta property="og:image" content="/a.png"><meta property="og:image:secure_url" content="https://x.example/b.png">
      </head><body><meta property="og:image" content="body.png">`;
    expect(await read(page)).toEqual({
      title: 'first & best',
      description: 'two lines',
      picture: 'https://x.example/b.png',
    });
  });

  it('readPage returns the title of a page without properties, and nothing for a page without a head', async () => {
    expect(await read('<title> A\n &lt;b&gt; page </title><title>no</title>')).toMatchObject({ title: 'A <b> page' });
    const none = { title: null, description: null, picture: null };
    for (const page of ['', 'text', '<body><title>in the body</title>', '<meta property="og:title">', '\0<<<>>>&#0;'])
      expect(await read(page), page).toEqual(none);
  });

  it('readPage cuts a long text and removes marks that change the direction of text', async () => {
    const { title, description } = await read(
      `<title>${'😀'.repeat(300)}</title><meta name=description content="a&#x202E;b&#1;c&#xD800;d">`,
    );
    expect(title).toBe(`${'😀'.repeat(199)}…`);
    expect(description).toBe('ab c\ufffdd');
  });
});

describe('the charset of a page', () => {
  const gbk = (text: string) => Buffer.concat([Buffer.from(text), Buffer.from([0xd6, 0xd0, 0xce, 0xc4])]);

  it.each([
    ['the charset in its header', gbk('<title>'), 'gbk', '中文'],
    ['the charset in its meta tag', gbk('<meta charset="gb2312"><title>'), undefined, '中文'],
    ['the charset of its byte order mark', Buffer.from('\ufeff<title>中文', 'utf16le'), 'utf-8', '中文'],
    ['UTF-8 if no charset is declared', Buffer.from('<title>中文'), undefined, '中文'],
    ['UTF-8 if the declared charset is unknown', Buffer.from('<meta charset=nonsense><title>中文'), 'x-none', '中文'],
  ])('readPage decodes a page with %s', async (_, bytes, charset, title) => {
    expect(await readPage(new Parts(bytes, 3), { charset, maxBytes: MAX })).toMatchObject({ title });
  });
});

describe('a hostile page', () => {
  it.each(['div', 'noscript', 'template', 'html'])('readPage stops at deeply nested %s tags', async (tag) => {
    const parts = new Parts(
      `<title>kept</title>${`<${tag}>`.repeat(100)}<meta property=og:title content=lost>${' '.repeat(MAX)}`,
    );
    expect(await readPage(parts, { charset: undefined, maxBytes: MAX })).toMatchObject({ title: 'kept' });
    expect(parts.read).toBeLessThan(4000);
  });

  it('readPage reads only to the end of the head', async () => {
    const parts = new Parts(`<head><title>short</title></head>${' '.repeat(MAX)}`);
    expect(await readPage(parts, { charset: undefined, maxBytes: MAX })).toMatchObject({ title: 'short' });
    expect(parts.read).toBeLessThan(4000);
  });

  it.each([
    ['characters in an attribute', `<title>kept</title><meta property="og:title" content="${'x'.repeat(4 * MAX)}">`],
    ['spaces', `<title>kept</title>${' '.repeat(4 * MAX)}`],
    ['attributes', `<title>kept</title><meta ${'a=b '.repeat(MAX)}>`],
    ['closing tags', `<title>kept</title>${'</p>'.repeat(MAX)}`],
    ['character references', `<title>kept</title>${'&amp'.repeat(MAX)}`],
  ])('readPage stops at the maximum number of bytes if the page has endless %s', async (_, page) => {
    const parts = new Parts(page);
    expect(await readPage(parts, { charset: undefined, maxBytes: MAX })).toMatchObject({ title: 'kept' });
    expect(parts.read).toBeLessThan(MAX + 2000);
  });
});
