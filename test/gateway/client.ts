import type { ClientFrame, EventFrame, ServerFrame, Welcome } from '@parley/protocol';
import { WebSocket } from 'ws';

/** Default number of messages in flight. The protocol allows 32. */
const WINDOW = 24;

/** A WebSocket client for tests that stores every frame it receives. */
export class Client {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #watchers = new Set<() => void>();
  /** Error of the WebSocket library if the connection failed. */
  #error: Error | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.#look();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#look();
    });
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  /** Connects and waits for the welcome frame. */
  static async open(url: string, token: string, query: Record<string, string> = {}): Promise<Client> {
    const client = Client.start(url, token, query);
    await client.welcome();
    return client;
  }

  /** Connects without waiting for the welcome frame. */
  static start(url: string, token: string, query: Record<string, string> = {}): Client {
    const address = `${url}/v1/socket?${new URLSearchParams(query)}`;
    return new Client(new WebSocket(address, 'parley.v1', { headers: { authorization: `Bearer ${token}` } }));
  }

  welcome(): Promise<Welcome> {
    return this.frame((frame): frame is Welcome => frame.type === 'welcome');
  }

  send(frame: ClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends a frame and waits for the reply with the same ref. */
  ask(frame: ClientFrame & { ref: string }): Promise<ServerFrame> {
    const already = this.frames.length;
    this.send(frame);
    return this.reply(frame.ref, already);
  }

  /** Waits for the reply to a frame that was already sent. */
  reply(ref: string, from = 0): Promise<ServerFrame> {
    return this.frame(
      (frame): frame is ServerFrame => frame.type !== 'event' && 'ref' in frame && frame.ref === ref,
      from,
    );
  }

  /** Sends a text message and waits for its acknowledgement. */
  async text(to: number, ref: string, text = ref): Promise<SendAck> {
    const reply = await this.ask({ type: 'send', ref, to, body: { type: 'text', text } });
    if (reply.type !== 'ack' || !('id' in reply)) throw new Error(`refused: ${JSON.stringify(reply)}`);
    return reply;
  }

  /**
   * Sends text messages as fast as acknowledgements allow, with at most `window` of them in flight.
   * The ref of each message is its text.
   */
  async texts(to: number, texts: string[], { window = WINDOW }: { window?: number } = {}): Promise<SendAck[]> {
    const acks: Promise<SendAck>[] = [];
    for (const [i, text] of texts.entries()) {
      await acks[i - window];
      const ack = this.text(to, text);
      // Prevents an unhandled rejection, because `Promise.all` below reports only the first ack
      // that rejects.
      ack.catch(() => {});
      acks.push(ack);
    }
    return Promise.all(acks);
  }

  /** Waits for a matching frame among the received ones, from index `from` on, and future ones. */
  frame<T extends ServerFrame>(matches: (frame: ServerFrame) => frame is T, from = 0): Promise<T> {
    let at = from;
    return this.until(
      () => {
        for (; at < this.frames.length; at += 1) {
          const frame = this.frames[at] as ServerFrame;
          if (matches(frame)) return frame;
        }
        return undefined;
      },
      () => `no such frame; got ${JSON.stringify(this.frames.slice(from)).slice(0, 600)}`,
    );
  }

  /**
   * Calls `look` now and after each frame. Resolves with its first result that is neither undefined
   * nor false.
   */
  until<T>(look: () => T | undefined | false, message: () => string, timeout = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(late);
        this.#watchers.delete(watcher);
      };
      const late = setTimeout(() => {
        stop();
        reject(new Error(`${message()}, closed ${JSON.stringify(this.closed)}`, { cause: this.#error }));
      }, timeout);
      const watcher = () => {
        const found = look();
        if (found === undefined || found === false) return;
        stop();
        resolve(found);
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame): frame is EventFrame => frame.type === 'event');
  }

  /** Returns the texts of the received messages, in order of arrival. */
  get heard(): string[] {
    return this.events.flatMap(({ event }) =>
      event.kind === 'message' && event.body.type === 'text' ? [event.body.text] : [],
    );
  }

  /** Returns the cursor of the last event, or of the welcome frame if there was no event. */
  get cursor(): string {
    const last = this.frames.findLast((frame) => frame.type === 'event' || frame.type === 'welcome');
    return (last as EventFrame | Welcome).cursor;
  }

  /** Waits until the client has received at least `count` events. */
  async untilEvents(count: number, timeout?: number): Promise<EventFrame[]> {
    let events = 0;
    let at = 0;
    await this.until(
      () => {
        for (; at < this.frames.length; at += 1) if (this.frames[at]?.type === 'event') events += 1;
        return events >= count;
      },
      () => `got ${events} of ${count} events`,
      timeout,
    );
    return this.events;
  }

  /**
   * Sends a ping and waits for its pong. By then, the gateway has handled all earlier frames of
   * this client, and this client has received all frames that the gateway sent before.
   */
  async settled(): Promise<void> {
    this.#pings += 1;
    await this.ask({ type: 'ping', ref: `ping-${this.#pings}` });
  }
  #pings = 0;

  untilClosed(timeout?: number): Promise<{ code: number; reason: string }> {
    return this.until(
      () => this.closed,
      () => 'still open',
      timeout,
    );
  }

  /** Closes the connection with a close frame. */
  async close(): Promise<void> {
    this.socket.close();
    await this.untilClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

type SendAck = Extract<ServerFrame, { type: 'ack'; id: number }>;
