import {
  type EventFrame,
  findLayimMedia,
  type MessageEvent,
  type ParleyEvent,
  replaceLayimMedia,
  type ServerFrame,
} from '@parley/protocol';
import { findMessage, readLayimKey } from '@parley/redis';
import { sealLayimMedia } from '@parley/service';
import type { Profiles } from '../../layim/profiles.ts';
import type { LayimChat } from '../../layim/read-message.ts';
import { toMessage } from '../../layim/to-message.ts';
import type { PendingUpgrade } from '../socket-server.ts';
import { type WebSocketRoute, WebSocketTransport } from '../websocket/websocket-transport.ts';

/**
 * A WebSocket connection to a page with the chat widget LayIM. Sends only messages, in LayIM's
 * format and in order. LayIM knows no cursors, so the transport acknowledges events as soon as the
 * network has accepted them.
 */
export class LayimTransport extends WebSocketTransport {
  readonly #route: WebSocketRoute;
  readonly #profiles: Profiles;
  /** Resolves when all frames so far were translated into LayIM's format and sent. */
  #sent: Promise<void> = Promise.resolve();
  /** Number of characters in frames that wait to be translated and sent. */
  #waiting = 0;
  /**
   * Cursors of the last event that was translated, written to the socket, accepted by the network,
   * and acknowledged.
   */
  #translated = '';
  #written = '';
  #taken = '';
  #acknowledged = '';
  #acknowledging = false;

  constructor(route: WebSocketRoute, upgrade: PendingUpgrade, profiles: Profiles) {
    super(route, upgrade);
    this.#route = route;
    this.#profiles = profiles;
  }

  override send(frame: string | Uint8Array): void {
    if (!this.isOpen) return;
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const parsed = JSON.parse(text) as ServerFrame;
    // Opens the WebSocket instead of sending the welcome, which LayIM does not know.
    if (parsed.type === 'welcome') this.accept();
    if (parsed.type !== 'event') return;
    this.#waiting += text.length;
    this.#sent = this.#sent.then(() => this.#pass(parsed, text.length)).catch((error) => this.failed(error));
  }

  /** Shows a sentence in a chat window, as a message from the system. */
  show({ id, type }: LayimChat, content: string): void {
    super.send(JSON.stringify({ system: true, id, type, content }));
  }

  override flush(): void {
    super.flush();
    this.#written = this.#translated;
    this.drained();
  }

  override unsent(): number {
    return super.unsent() + this.#waiting;
  }

  override drained(): void {
    // A closed socket might have lost its last messages. They stay unacknowledged, so that the next
    // connection sends them again.
    if (!this.isOpen) return;
    super.drained();
    if (super.unsent() > 0) return;
    this.#taken = this.#written;
    this.#acknowledge().catch((error) => this.failed(error));
  }

  async #pass(frame: EventFrame, size: number): Promise<void> {
    const message = await this.#translate(frame);
    this.#waiting -= size;
    if (!this.isOpen) return;
    this.#translated = frame.cursor;
    if (message !== undefined) super.send(message);
    else this.flush();
  }

  async #translate({ event }: EventFrame): Promise<string | undefined> {
    const { connection } = this;
    if (event.kind === 'profile') this.#profiles.forget(event.user);
    if (!connection) return undefined;
    const message = await this.#messageOf(event, connection.user.id);
    // Skips messages that this page has sent, because it already shows them.
    if (!message || message.ref?.startsWith(`${connection.id}-`)) return undefined;
    const shown = toMessage(message, connection.user.id, await this.#profiles.read(message.from));
    return JSON.stringify({ ...shown, content: await this.#sealFiles(shown.content, connection.user.id) });
  }

  /**
   * Signs the file URLs in a message, so that this user's page can load the files without a token.
   */
  async #sealFiles(content: string, user: number): Promise<string> {
    if (findLayimMedia(content).length === 0) return content;
    const key = await readLayimKey(this.#route.deps.redis);
    return replaceLayimMedia(content, (media) => sealLayimMedia(key, media, user, Date.now()));
  }

  /**
   * Returns the message that the page shows for an event. Undefined for a notice (a system message
   * of a group), and for a streamed message that is not complete yet.
   */
  async #messageOf(event: ParleyEvent, me: number): Promise<MessageEvent | undefined> {
    if (event.kind === 'message') return event.streaming || event.body.type === 'notice' ? undefined : event;
    if (event.kind !== 'edit' || event.streaming !== false) return undefined;
    const opened = await findMessage(this.#route.deps.redis, me, event.chat, event.id);
    return typeof opened === 'object' ? { ...opened, body: event.body } : undefined;
  }

  async #acknowledge(): Promise<void> {
    const { connection } = this;
    if (this.#acknowledging || !connection) return;
    this.#acknowledging = true;
    while (this.#taken !== this.#acknowledged) {
      const cursor = this.#taken;
      await this.#route.deps.frames.run(connection, { type: 'received', cursor });
      this.#acknowledged = cursor;
    }
    this.#acknowledging = false;
  }
}
