import { setTimeout as delay } from 'node:timers/promises';
import type { ChatMessage, Parley, WebSocketLike } from '@parley/client';
import type { Message } from '@parley/protocol';
import { parseConversation } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';
import type { Evidence } from '../chaos/check/evidence.ts';
import { Journal } from '../chaos/people/journal.ts';
import { Ledger, type Sent, textOf } from '../chaos/people/ledger.ts';

/** Ms between two messages of the same device. */
const PAUSE_MS = 100;

/** Number of the newest messages per chat that are compared. */
const VIEW = 40;

/**
 * Users with two devices each. Until `stop`, every device writes to its user's peer and to a group
 * of all users, and edits, recalls or reacts to some messages.
 */
export class Conversation implements AsyncDisposable {
  readonly #devices: Device[];
  readonly #group: number;
  readonly #ledger = new Ledger();
  readonly #done: Promise<unknown>;
  #over = false;

  private constructor(devices: Device[], group: number) {
    this.#devices = devices;
    this.#group = group;
    this.#done = Promise.all(devices.map((device) => this.#write(device)));
  }

  /** Connects the devices and lets them write. */
  static async begin({ users, group, api, token, seats }: ConversationOptions): Promise<Conversation> {
    const devices = users.flatMap((user, i) =>
      seats.map(({ Client, gateway }, seat) => {
        const client = new Client({
          ...{ api, gateways: [gateway], token: async () => token(user), user, device: `${user}-${seat}` },
          WebSocket: WebSocket as unknown as WebSocketLike,
          backoff: { first: 100, most: 500 },
        });
        return new Device(`${user}-${seat}`, user, users[i ^ 1] as number, client);
      }),
    );
    await Promise.all(devices.map(({ client }) => client.connect().then(() => client.online())));
    return new Conversation(devices, group);
  }

  /** Number of acknowledged messages of all devices. */
  get acknowledged(): number {
    return this.#ledger.acknowledged;
  }

  /** Resolves when every device has `count` more acknowledged messages than now. */
  async go(count: number): Promise<void> {
    const goals = this.#devices.map((device) => device.acknowledged + count);
    await waitFor(() => this.#devices.every((device, i) => device.acknowledged >= (goals[i] as number)), {
      timeout: 20_000,
      message: () => `devices wait for acknowledgements: ${this.#devices.map((device) => device.describe())}`,
    });
  }

  /**
   * Lets the devices stop writing. Resolves when every message is acknowledged and has reached all
   * devices that must receive it.
   */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#done;
    const { sent } = this.#ledger;
    await waitFor(() => sent.every(({ state }) => state !== 'open'), { message: 'messages stay open' });
    for (const device of this.#devices) {
      const due = sent.filter(({ from, chat, group }) => group || [from, chat].includes(device.user)).length;
      await waitFor(() => device.journal.length >= due, {
        message: () => `${device.describe()} of ${due}`,
      });
    }
  }

  /** What the devices sent and received, for the comparison with PostgreSQL. */
  get evidence(): Pick<Evidence, 'sent' | 'devices' | 'deleted' | 'groups' | 'mayHear'> {
    const members = [...new Set(this.#devices.map(({ user }) => user))];
    return {
      sent: this.#ledger.sent,
      devices: this.#devices.map(({ name, user, journal }) => ({ name, user, entries: journal.entries })),
      deleted: [],
      groups: new Map([[this.#group, members]]),
      mayHear: (conversation, user) => {
        const parsed = parseConversation(conversation);
        return parsed?.type === 'group' ? parsed.group === this.#group : (parsed?.users.includes(user) ?? false);
      },
    };
  }

  /** Errors of the devices, and their requests that were refused. */
  get failures(): string[] {
    return this.#devices.flatMap(({ failures }) => failures);
  }

  /**
   * Compares the newest messages of every chat on all devices with those that the api returns to
   * their users. Returns the differences.
   *
   * @param api root URL of the api
   * @param token returns a user's access token
   */
  async differences(api: string, token: (user: number) => string): Promise<string[]> {
    const found: string[] = [];
    for (const { name, user, peer, client } of this.#devices) {
      for (const chat of [peer, this.#group]) {
        const headers = { authorization: `Bearer ${token(user)}` };
        const response = await fetch(`${api}/v1/chats/${chat}/messages?limit=${VIEW}`, { headers });
        const { items } = (await response.json()) as { items: Message[] };
        const [shown, stored] = [client.messages(chat).slice(-VIEW).map(viewOf), items.map(viewOf)];
        for (const [i, text] of stored.entries())
          if (shown[i] !== text) found.push(`${name} shows ${shown[i]}, the api of ${user} returns ${text}`);
      }
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await Promise.all(this.#devices.map(({ client }) => client.close()));
    await this.#done;
  }

  async #write(device: Device): Promise<void> {
    for (let turn = 0; !this.#over; turn += 1) {
      const toGroup = turn % 3 === 0;
      const message = this.#ledger.write(device.user, toGroup ? this.#group : device.peer, toGroup);
      device.client.send(message.chat, textOf(message)).then(
        ({ id }) => {
          this.#ledger.accept(message, id);
          device.acknowledged += 1;
          if (!this.#over) device.change(message, turn);
        },
        (error) => device.fail(`m${message.n}`, error),
      );
      await delay(PAUSE_MS);
    }
  }
}

/** A device of a user, with a journal of the messages that it received. */
class Device {
  readonly name: string;
  readonly user: number;
  readonly peer: number;
  readonly client: Parley;
  readonly journal = new Journal();
  readonly failures: string[] = [];
  acknowledged = 0;

  constructor(name: string, user: number, peer: number, client: Parley) {
    this.name = name;
    this.user = user;
    this.peer = peer;
    this.client = client;
    client.on('event', (event) => this.journal.hear(event));
    client.on('message', ({ chat, id }) => id !== undefined && client.read(chat, id));
    client.on('reload', () => this.journal.lose());
    client.on('error', (error) => this.fail('error', error));
  }

  describe(): string {
    return `${this.name}: ${this.acknowledged} acknowledged, ${this.journal.length} received`;
  }

  /** From time to time, edits, recalls or reacts to a message that the device sent. */
  change({ chat, id = 0, n }: Sent, turn: number): void {
    const { client } = this;
    // Ignores errors that allow a retry, because a gateway that is stopping rejects these requests.
    // Then neither the devices nor the api show the change.
    const request = () => {
      if (turn % 10 === 1) return client.edit(chat, id, { type: 'text', text: textOf({ n, length: 1 }) });
      if (turn % 10 === 4) return client.recall(chat, id);
      return turn % 10 === 7 ? client.react(chat, id, '+1') : undefined;
    };
    request()?.catch((error: { code?: string; retry?: boolean }) => {
      if (!error.retry) this.fail(`a change of m${n}`, error);
    });
  }

  fail(what: string, error: unknown): void {
    this.failures.push(`${this.name}: ${what}: ${error}`);
  }
}

/** Returns the parts of a message that users see, for comparison. */
function viewOf({ id, from, body, edited, recalled, reactions }: Message | ChatMessage): string {
  const counts = (reactions ?? []).map(({ emoji, users }) => [emoji, [...users].sort()]);
  return JSON.stringify([
    id,
    from,
    body?.type === 'text' ? body.text : body,
    edited !== undefined,
    recalled !== undefined,
    counts,
  ]);
}

interface ConversationOptions {
  /** An even number of user ids. Each two consecutive users write to each other. */
  users: number[];
  /** A group of all. */
  group: number;
  /** Root of the api. */
  api: string;
  /** Returns an access token of a user. */
  token(user: number): string;
  /**
   * The devices of each user: the class of the SDK that the device uses, and the root URL of its
   * gateway.
   */
  seats: { Client: typeof Parley; gateway: string }[];
}
