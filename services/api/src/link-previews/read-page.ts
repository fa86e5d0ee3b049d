import { TextDecoder } from 'node:util';
import { Parser } from 'htmlparser2';

/**
 * Maximum number of characters of a title; `MAX_DESCRIPTION` is that of a description. Longer texts
 * are cut.
 */
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 400;

/** Maximum number of characters of a title or property that are kept while a page is read. */
const MAX_RAW = 4000;

/** Maximum nesting depth of tags in the head of a page. */
const MAX_DEPTH = 16;

/** Tags that the head of a page can contain. As in a browser, any other tag ends the head. */
const HEAD_TAGS: ReadonlySet<string> = new Set([
  ...['html', 'head', 'title', 'meta', 'link', 'base', 'style', 'script', 'noscript', 'template'],
]);

/** Number of bytes at the beginning of a page in which its charset declaration is searched. */
const CHARSET_BYTES = 1024;

/**
 * Reads what the head of a web page states about the page: Open Graph and Twitter properties,
 * `<title>` and the description. Stops at the end of the head or after `maxBytes`.
 */
export async function readPage(body: AsyncIterable<Uint8Array>, options: ReadPageOptions): Promise<PageFacts> {
  const head = new Head();
  for await (const text of decode(body, options)) {
    head.write(text);
    if (head.ended) break;
  }
  return head.facts();
}

async function* decode(
  body: AsyncIterable<Uint8Array>,
  { charset, maxBytes }: ReadPageOptions,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let waiting = Buffer.alloc(0);
  let size = 0;
  for await (const part of body) {
    const chunk = part.subarray(0, maxBytes - size);
    size += chunk.byteLength;
    waiting = Buffer.concat([waiting, chunk]);
    if (decoder === undefined && waiting.length < CHARSET_BYTES && size < maxBytes) continue;
    decoder ??= decoderOf(charset, waiting);
    yield decoder.decode(waiting, { stream: true });
    waiting = Buffer.alloc(0);
    if (size >= maxBytes) return;
  }
  decoder ??= decoderOf(charset, waiting);
  yield decoder.decode(waiting);
}

function decoderOf(charset: string | undefined, start: Buffer): TextDecoder {
  const declared = /<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w-]{1,40})/i.exec(
    start.subarray(0, CHARSET_BYTES).toString('latin1'),
  )?.[1];
  for (const label of [byteOrderMark(start), charset, declared]) {
    if (label === undefined) continue;
    try {
      return new TextDecoder(label);
    } catch {
      // Tries the next label, because this charset is unknown.
    }
  }
  return new TextDecoder();
}

function byteOrderMark([first, second]: Buffer): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb ? 'utf-8' : undefined;
}

/** Collects the title, description and picture from the head of a page. */
class Head {
  /** Whether the parser has reached the end of the head. */
  ended = false;
  #inTitle = false;
  #title = '';
  readonly #properties = new Map<string, string>();
  #depth = 0;
  readonly #parser = new Parser({
    onopentag: (name, attributes) => {
      this.#depth += 1;
      // Limits the depth, because the parser's time grows with the square of the depth.
      if (!HEAD_TAGS.has(name) || this.#depth > MAX_DEPTH) this.#end();
      if (name === 'title') this.#inTitle = this.#title.trim() === '';
      if (name === 'meta') this.#add(attributes);
    },
    ontext: (text) => {
      if (this.#inTitle && this.#title.length < MAX_RAW) this.#title += text.slice(0, MAX_RAW);
    },
    onclosetag: (name) => {
      if (name === 'title') this.#inTitle = false;
      this.#depth -= 1;
      if (name === 'head') this.#end();
    },
  });

  write(text: string): void {
    this.#parser.write(text);
  }

  facts(): PageFacts {
    const first = (names: readonly string[], max: number) => {
      for (const name of names) {
        const text = toLine(this.#properties.get(name) ?? '', max);
        if (text !== '') return text;
      }
      return null;
    };
    return {
      title: first(['og:title', 'twitter:title'], MAX_TITLE) ?? (toLine(this.#title, MAX_TITLE) || null),
      description: first(['og:description', 'twitter:description', 'description'], MAX_DESCRIPTION),
      picture: first(['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image'], MAX_RAW),
    };
  }

  /** Stops the parser at once, even within the chunk that it is parsing. */
  #end(): void {
    this.ended = true;
    this.#parser.pause();
  }

  /** Stores a property of a meta tag. Ignores later values of the same property. */
  #add({ property, name, content }: Record<string, string>): void {
    const key = (property ?? name)?.trim().toLowerCase();
    if (key === undefined || !READ.has(key) || this.#properties.has(key)) return;
    this.#properties.set(key, (content ?? '').slice(0, MAX_RAW));
  }
}

const READ: ReadonlySet<string> = new Set([
  ...['og:title', 'og:description', 'og:image', 'og:image:url', 'og:image:secure_url'],
  ...['twitter:title', 'twitter:description', 'twitter:image', 'description'],
]);

/**
 * Returns a text as one line, without control characters and direction marks, which could change
 * the order of the surrounding text. If the text has more than `max` characters, cuts it and
 * appends an ellipsis.
 */
function toLine(text: string, max: number): string {
  const line = text
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const characters = [...line.slice(0, 2 * max + 2)];
  if (characters.length <= max) return characters.join('').toWellFormed();
  return `${characters
    .slice(0, max - 1)
    .join('')
    .trimEnd()}…`.toWellFormed();
}

interface ReadPageOptions {
  /** The charset in the `Content-Type` header. A byte order mark in the page has priority. */
  charset: string | undefined;
  maxBytes: number;
}

export interface PageFacts {
  title: string | null;
  description: string | null;
  /** URL of the picture as the page contains it, possibly relative. */
  picture: string | null;
}
