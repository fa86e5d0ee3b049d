import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Database } from '@parley/database';
import type { LinkPreview } from '@parley/protocol';
import { Counter, type Registry } from '@parley/service';
import { type PictureReader, thumbnailType } from '../media/picture-reader.ts';
import { pictureTypes } from '../media/sniff.ts';
import { findPreview, storePreview } from '../queries/link-previews.ts';
import { SideProcessBusy } from '../side-process/side-process.ts';
import type { LinkPreviewConfig } from './config.ts';
import { type Download, download } from './download.ts';
import { readPage } from './read-page.ts';

/** Ms for which a failure is cached. The same for a preview whose picture could not be read yet. */
const SHORT_TTL_MS = 600_000;

const PAGE_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml']);

/**
 * Fetches previews of web pages, and caches them in PostgreSQL for all replicas. Concurrent
 * requests for one page in this process share one fetch.
 */
export class LinkPreviews {
  readonly #deps: LinkPreviewDeps;
  readonly #running = new Map<string, Promise<PagePreview | null>>();
  /** Number of waiting requests by user. */
  readonly #waiting = new Map<number, number>();
  #total = 0;
  readonly #stop = new AbortController();
  readonly #fetches: Counter;

  constructor(deps: LinkPreviewDeps) {
    this.#deps = deps;
    this.#fetches = new Counter({
      name: 'parley_api_link_previews_total',
      help: 'Pages fetched for link previews. Outcome: preview, none or failed.',
      labelNames: ['outcome'],
      registers: [deps.metrics],
    });
  }

  /**
   * Returns the preview of a page. Null if the page has no preview or cannot be fetched.
   *
   * @param user the user who waits for the preview
   * @param charge is called before the page is fetched. If it rejects, the page is not fetched
   * @throws LinkPreviewsBusy if the user or all users together wait for too many pages
   */
  async find(address: string, user: number, charge: () => Promise<unknown>): Promise<PagePreview | null> {
    const url = new URL(address);
    url.hash = '';
    const hash = createHash('sha256').update(url.href).digest();
    const cached = await findPreview(this.#deps.db, hash, Date.now());
    if (cached !== undefined) return cached;
    this.#enter(user);
    try {
      await charge();
      const key = hash.toString('base64');
      let running = this.#running.get(key);
      if (running === undefined) {
        running = this.#load(url, hash, user).finally(() => this.#running.delete(key));
        this.#running.set(key, running);
      }
      return await running;
    } finally {
      this.#leave(user);
    }
  }

  /** Aborts all fetches in progress. */
  stop(): void {
    this.#stop.abort();
  }

  #enter(user: number): void {
    const { concurrency } = this.#deps.config;
    const own = this.#waiting.get(user) ?? 0;
    if (this.#total >= concurrency || own >= Math.ceil(concurrency / 4)) throw new LinkPreviewsBusy();
    this.#total += 1;
    this.#waiting.set(user, own + 1);
  }

  #leave(user: number): void {
    const left = (this.#waiting.get(user) as number) - 1;
    this.#total -= 1;
    if (left > 0) this.#waiting.set(user, left);
    else this.#waiting.delete(user);
  }

  async #load(url: URL, hash: Buffer, user: number): Promise<PagePreview | null> {
    const { db, config } = this.#deps;
    // Queries the cache again, because another request might have stored the preview after the
    // first query.
    const cached = await findPreview(db, hash, Date.now());
    if (cached !== undefined) return cached;
    const { preview, ttl } = await this.#fetch(url, user);
    await storePreview(db, { hash, preview, now: Date.now(), ttl, maxPreviews: config.cache });
    return preview;
  }

  async #fetch(url: URL, user: number): Promise<{ preview: PagePreview | null; ttl: number }> {
    const { config } = this.#deps;
    const short = Math.min(SHORT_TTL_MS, config.ttl);
    const signal = AbortSignal.any([AbortSignal.timeout(config.timeout), this.#stop.signal]);
    try {
      const page = await download(url, { allowed: config.allowed, signal });
      const site = page.url.host;
      const facts = await this.#factsOf(page);
      if (facts === undefined) return this.#done('none', null, config.ttl);
      const { title, description, picture } = facts;
      const shown = picture === null ? null : await this.#pictureOf(picture, page.url, user, signal);
      if (title === null && description === null && shown === null) return this.#done('none', null, config.ttl);
      const preview = { site, title, description, picture: shown === 'busy' ? null : shown };
      return this.#done('preview', preview, shown === 'busy' ? short : config.ttl);
    } catch {
      return this.#done('failed', null, short);
    }
  }

  #done(outcome: 'preview' | 'none' | 'failed', preview: PagePreview | null, ttl: number) {
    this.#fetches.inc({ outcome });
    return { preview, ttl };
  }

  async #factsOf({ type, charset, body }: Download): Promise<Facts | undefined> {
    if (PAGE_TYPES.has(type)) return await readPage(body, { charset, maxBytes: this.#deps.config.maxPage });
    if (pictureTypes.has(type)) return { title: null, description: null, picture: body };
    body.destroy();
    return undefined;
  }

  /**
   * Returns a thumbnail of a picture. Null if the picture cannot be fetched or read, `busy` if too
   * many pictures are waiting to be read.
   */
  async #pictureOf(picture: string | Readable, base: URL, user: number, signal: AbortSignal) {
    const { pictures, config } = this.#deps;
    try {
      const body = typeof picture === 'string' ? await this.#openPicture(new URL(picture, base), signal) : picture;
      const bytes = await readAll(body, config.maxPicture);
      const read = await pictures.read(user, () => Readable.from([bytes]));
      if (read === undefined) return null;
      const { width, height, thumbnail } = read;
      return { url: `data:${thumbnailType};base64,${thumbnail.toString('base64')}`, width, height };
    } catch (error) {
      return error instanceof SideProcessBusy ? ('busy' as const) : null;
    }
  }

  async #openPicture(url: URL, signal: AbortSignal): Promise<Readable> {
    const { type, body } = await download(url, { allowed: this.#deps.config.allowed, signal });
    if (pictureTypes.has(type)) return body;
    body.destroy();
    throw new Error('not a picture');
  }
}

async function readAll(body: Readable, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    // Throws, which leaves the loop and thereby closes the connection.
    if (size > maxBytes) throw new Error(`the picture has more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Thrown if too many requests are waiting for pages. */
export class LinkPreviewsBusy extends Error {
  override name = 'LinkPreviewsBusy';
}

/** A preview of a page, without the link in the message that led to the page. */
export type PagePreview = Omit<LinkPreview, 'url'>;

interface Facts {
  title: string | null;
  description: string | null;
  /** URL of the picture, or the bytes of the picture itself. */
  picture: string | Readable | null;
}

interface LinkPreviewDeps {
  db: Database;
  metrics: Registry;
  pictures: PictureReader;
  config: LinkPreviewConfig;
}
