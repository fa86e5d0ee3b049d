import { randomUUID } from 'node:crypto';

/** `INTERVAL_MS`: ms between two messages. `TIMEOUT_MS`: ms after which a request fails. */
const INTERVAL_MS = 250;
const TIMEOUT_MS = 3000;

/**
 * A user who writes to another user and reads the list of chats several times per second, even
 * while requests fail. The recipient can have a browser that receives pushes.
 */
export class Traffic {
  /** Number of requests that failed. */
  failed = 0;
  readonly #options: TrafficOptions;
  readonly #token: string;
  readonly #to: number;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  private constructor(options: TrafficOptions, token: string, to: number) {
    this.#options = options;
    this.#token = token;
    this.#to = to;
    this.#timer = setInterval(() => this.#turn(), INTERVAL_MS);
  }

  /** Registers both users, after which the first one begins to write. */
  static async start(options: TrafficOptions): Promise<Traffic> {
    const { apiUrl, browser } = options;
    const [writer, reader] = [await register(apiUrl), await register(apiUrl)];
    const body = JSON.stringify({ ...browser, language: 'en' });
    if (browser) await call(`${apiUrl}/v1/push/subscriptions`, { method: 'PUT', token: reader.token, body });
    return new Traffic(options, writer.token, reader.id);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Opens connections much faster than the gateways admit them. Returns a function that stops
   * opening connections.
   */
  storm(): () => void {
    const knock = () => {
      for (const gateway of this.#options.gatewayUrls) {
        for (let i = 0; i < 30; i += 1) this.#request(`${gateway}/v1/poll?cursor=latest&timeout=0&device=storm-${i}`);
      }
    };
    const timer = setInterval(knock, INTERVAL_MS);
    return () => clearInterval(timer);
  }

  #turn(): void {
    const { apiUrl, gatewayUrls } = this.#options;
    this.#count += 1;
    const text = `message ${this.#count}`;
    const frame = { type: 'send', ref: randomUUID(), to: this.#to, body: { type: 'text', text } };
    const gateway = gatewayUrls[this.#count % gatewayUrls.length];
    this.#request(`${gateway}/v1/frames`, { method: 'POST', body: JSON.stringify(frame) });
    this.#request(`${apiUrl}/v1/chats`);
  }

  /** Sends a request, and counts it if it fails. */
  #request(url: string, init: { method?: string; body?: string } = {}): void {
    call(url, { ...init, token: this.#token }).catch(() => {
      this.failed += 1;
    });
  }
}

async function register(apiUrl: string): Promise<{ token: string; id: number }> {
  const body = JSON.stringify({ username: `user-${randomUUID().slice(0, 8)}`, password: 'gravel-otter-lantern-42' });
  await call(`${apiUrl}/v1/users`, { method: 'POST', body });
  const { accessToken: token } = (await call(`${apiUrl}/v1/sessions`, { method: 'POST', body })) as {
    accessToken: string;
  };
  const { id } = (await call(`${apiUrl}/v1/me`, { token })) as { id: number };
  return { token, id };
}

/** Resolves with the response's JSON. Rejects unless the status is 2xx. */
async function call(url: string, { token, ...init }: { method?: string; body?: string; token?: string }) {
  const response = await fetch(url, {
    ...init,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} responded ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

interface TrafficOptions {
  apiUrl: string;
  gatewayUrls: readonly string[];
  /** Push subscription of the recipient's browser. Default: the recipient has none. */
  browser?: object;
}
