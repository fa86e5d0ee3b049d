import { type ChatMessage, Parley, type ParleyOptions, type WebSocketLike } from '@parley/client';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';
import type { Kit } from '../gateway/kit.ts';

/** Creates clients for the users of a kit. Closes them when it is disposed of. */
export class People {
  readonly #kit: Kit;
  readonly #clients: Parley[] = [];

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  /** Creates a client and begins to connect it. */
  async start(user: number, options: Partial<ParleyOptions> = {}): Promise<Parley> {
    const client = new Parley({
      gateways: [this.#kit.gateway(0).http],
      token: () => this.#kit.token(user),
      WebSocket: WebSocket as unknown as WebSocketLike,
      backoff: { first: 10, most: 100 },
      ...options,
    });
    this.#clients.push(client);
    await client.connect();
    return client;
  }

  /** Creates a client and waits until it is online. */
  async online(user: number, options: Partial<ParleyOptions> = {}): Promise<Parley> {
    const client = await this.start(user, options);
    await client.online();
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** Returns the text of a message. Empty for messages of other types. */
export function textOf({ body }: Pick<ChatMessage, 'body'>): string {
  return body?.type === 'text' ? body.text : '';
}

/** Returns the texts of the messages that a client shows in a chat. */
export function texts(client: Parley, chat: number): string[] {
  return client.messages(chat).map(textOf);
}

/** Returns a list to which every message is added that the client receives from now on. */
export function listen(client: Parley): ChatMessage[] {
  const heard: ChatMessage[] = [];
  client.on('message', (message) => heard.push(message));
  return heard;
}

/** Waits until a client shows exactly these texts in a chat, in this order. */
export async function untilShown(client: Parley, chat: number, expected: string[]): Promise<void> {
  const same = () => JSON.stringify(texts(client, chat)) === JSON.stringify(expected);
  await waitFor(same, {
    message: () => `shows ${JSON.stringify(texts(client, chat))}, ${JSON.stringify(client.status)}`,
  });
}
