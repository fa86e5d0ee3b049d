import { once } from 'node:events';
import type { ClientFrame, EventFrame, ServerFrame, Welcome } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';

/** A WebSocket client that keeps everything it gets. */
export class Client {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.frames.push(JSON.parse(data.toString())));
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => {});
  }

  /** Connects and waits for the welcome. */
  static async open(url: string, token: string, query: Record<string, string> = {}): Promise<Client> {
    const client = Client.start(url, token, query);
    await client.welcome();
    return client;
  }

  /** Connects without waiting. */
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

  /** Sends and waits for the frame with the same ref. */
  ask(frame: ClientFrame & { ref: string }): Promise<ServerFrame> {
    const already = this.frames.length;
    this.send(frame);
    return this.frame((reply): reply is ServerFrame => 'ref' in reply && reply.ref === frame.ref, already);
  }

  /** Sends text and waits for its acknowledgement. */
  async text(to: number, ref: string, text = ref): Promise<Extract<ServerFrame, { type: 'ack'; id: number }>> {
    const reply = await this.ask({ type: 'send', ref, to, body: { type: 'text', text } });
    if (reply.type !== 'ack' || !('id' in reply)) throw new Error(`refused: ${JSON.stringify(reply)}`);
    return reply;
  }

  /** Waits for a frame, from place `from` among those that came. */
  frame<T extends ServerFrame>(matches: (frame: ServerFrame) => frame is T, from = 0): Promise<T> {
    return waitFor(() => this.frames.slice(from).find(matches), {
      message: () =>
        `no such frame; got ${JSON.stringify(this.frames.slice(from)).slice(0, 600)}, closed ${JSON.stringify(this.closed)}`,
    });
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame): frame is EventFrame => frame.type === 'event');
  }

  /** The texts of the messages that came, in order. */
  get texts(): string[] {
    return this.events.flatMap(({ event }) =>
      event.kind === 'message' && event.body.type === 'text' ? [event.body.text] : [],
    );
  }

  /** Waits until as many messages came. */
  async untilTexts(count: number): Promise<string[]> {
    await waitFor(() => this.texts.length >= count, { message: () => `got ${this.texts.length} of ${count} messages` });
    return this.texts;
  }

  untilClosed(): Promise<{ code: number; reason: string }> {
    return waitFor(() => this.closed, { message: 'still open' });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
  }
}
