import type { ClientFrame, ParleyEvent, ServerFrame, Session, User } from '@parley/protocol';
import { type Stack, type StackOptions, startStack } from '@parley/stack';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** Screen sizes with which tests open pages. */
export const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

export const password = 'correct horse battery';

/** A running stack that serves the web client, and a Chromium. */
export class WebKit implements AsyncDisposable {
  readonly stack: Stack;
  readonly browser: Browser;
  /** Errors that pages logged to the console or threw. */
  readonly errors: string[] = [];
  readonly #contexts: BrowserContext[] = [];
  readonly #serviceWorkers: 'allow' | 'block';
  #count = 0;

  private constructor(stack: Stack, browser: Browser, serviceWorkers: 'allow' | 'block') {
    this.stack = stack;
    this.browser = browser;
    this.#serviceWorkers = serviceWorkers;
  }

  /**
   * Starts a stack and a browser. By default, pages install no service worker, because the
   * installation loads all files of the client and needs as much CPU as the page itself.
   */
  static async start({ serviceWorkers = 'block', ...options }: WebKitOptions = {}): Promise<WebKit> {
    const start = inTest ? (await import('@parley/stack/test')).startTestStack : startStack;
    const [stack, browser] = await Promise.all([
      start({ web: true, ...options, env: { ...generous, ...options.env } }),
      findChromium().then((found) => chromium.launch({ ...found, headless: true })),
    ]);
    return new WebKit(stack, browser, serviceWorkers);
  }

  /** Root URL of the web client. */
  get url(): string {
    return this.stack.apiUrl;
  }

  /** Creates an account whose user has this name. */
  async person(name: string): Promise<Person> {
    this.#count += 1;
    const username = `u${this.#count}_${Math.random().toString(36).slice(2, 8)}`;
    const { user, accessToken } = await this.call<Session>('POST', '/users', { body: { username, password, name } });
    return { ...user, token: accessToken };
  }

  /** Creates one account for each name. All others are friends of the first one. */
  async friends<Names extends string[]>(...names: Names): Promise<{ [Each in keyof Names]: Person }> {
    const people: Person[] = [];
    for (const name of names) people.push(await this.person(name));
    const [first, ...others] = people as [Person, ...Person[]];
    for (const other of others) await this.befriend(first, other);
    return people as { [Each in keyof Names]: Person };
  }

  async befriend(one: Person, other: Person): Promise<void> {
    const { id } = await this.call<{ id: number }>('POST', '/friend-requests', {
      token: one.token,
      body: { to: other.id },
    });
    await this.call('POST', `/friend-requests/${id}/accept`, { token: other.token });
  }

  /** Calls the api. Rejects if the response has an error status. */
  async call<T>(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<T> {
    const response = await fetch(`${this.url}/v1${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Sends a text message as this user with `POST /v1/frames`. Resolves with the message's id. */
  async say(from: Person, to: { id: number }, text: string): Promise<number> {
    const { id } = await this.post(from, {
      type: 'send',
      ref: crypto.randomUUID(),
      to: to.id,
      body: { type: 'text', text },
    });
    if (id === undefined) throw new Error('not sent');
    return id;
  }

  /** Sends a frame as this user. Resolves with the reply. */
  async post(from: Person, frame: ClientFrame): Promise<{ id?: number }> {
    const response = await fetch(`${this.stack.gatewayUrls[0]}/v1/frames`, {
      method: 'POST',
      headers: { authorization: `Bearer ${from.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(frame),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`refused: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  /**
   * Resolves with the events that the inbox of a user holds. The first call registers a device, so
   * that the inbox keeps all events from then on.
   */
  async events({ token }: Person): Promise<ParleyEvent[]> {
    const response = await fetch(`${this.stack.gatewayUrls[0]}/v1/poll?device=observer&timeout=0`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { frames } = (await response.json()) as { frames: ServerFrame[] };
    return frames.flatMap((frame) => (frame.type === 'event' ? [frame.event] : []));
  }

  /**
   * Creates an empty browser context: by default English, light and on a desktop. If a test creates
   * it, it is closed at the end of that test, otherwise together with the kit.
   */
  async context({ size = 'desktop', ...options }: OpenOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      locale: 'en-US',
      colorScheme: 'light',
      serviceWorkers: this.#serviceWorkers,
      ...sizes[size],
      ...options,
    });
    context.setDefaultTimeout(30_000);
    context.on('page', (page) => {
      page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error') this.errors.push(message.text());
      });
    });
    this.#contexts.push(context);
    await closeAfterTest(context);
    return context;
  }

  /** Signs a user in with the api. This browser context gets the cookies of the session. */
  async signIn(context: BrowserContext, { username }: User): Promise<void> {
    const answer = await context.request.post(`${this.url}/v1/sessions`, {
      data: { username, password, device: 'test' },
    });
    if (!answer.ok()) throw new Error(`cannot sign in: ${answer.status()} ${await answer.text()}`);
  }

  /**
   * Opens the web client in a new browser context and signs a user in. Resolves when the client is
   * online.
   */
  async open(user: User, { path = '/chats', ...options }: OpenOptions & { path?: string } = {}): Promise<Page> {
    const context = await this.context(options);
    await this.signIn(context, user);
    return this.openTab(context, path);
  }

  /** Opens the web client in a new tab of a browser context. Resolves when the client is online. */
  async openTab(context: BrowserContext, path = '/chats'): Promise<Page> {
    const page = await context.newPage();
    await page.goto(path);
    await page
      .locator('[data-connection="online"]')
      .waitFor({ state: 'attached' })
      .catch(async (error) => {
        const state = await page
          .locator('[data-connection]')
          .getAttribute('data-connection', { timeout: 100 })
          .catch(() => 'none');
        throw new Error(`${page.url()} is not online but ${state}: ${this.errors.slice(-5).join('\n')}`, {
          cause: error,
        });
      });
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close().catch(() => {})));
    await this.browser.close();
    await this.stack.stop();
  }
}

/** True if vitest runs this file. False for screenshots and benchmarks. */
const inTest = process.env.VITEST !== undefined;

async function closeAfterTest(context: BrowserContext): Promise<void> {
  if (!inTest) return;
  const { onTestFinished, TestRunner } = await import('vitest');
  if (TestRunner.getCurrentTest()) onTestFinished(() => context.close());
}

/**
 * Settings for services: cheap password hashes and high limits, because tests create many accounts.
 */
const generous = {
  LOG_LEVEL: 'warn',
  ARGON2_MEMORY: '8MiB',
  ARGON2_TIME: '1',
  REGISTRATIONS_PER_MINUTE: '10000',
  SIGN_INS_PER_ADDRESS: '10000',
};

/** A user with an access token that no page of the browser uses. */
export type Person = User & { token: string };

export interface WebKitOptions extends StackOptions {
  /** Whether pages are allowed to install the service worker. Default: `block`. */
  serviceWorkers?: 'allow' | 'block';
}

export type OpenOptions = BrowserContextOptions & { size?: keyof typeof sizes };
