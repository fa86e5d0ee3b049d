import { ParleyError } from '@parley/client';
import type { Random } from '../random.ts';
import type { Device } from './device.ts';
import { type Ledger, type Sent, tailOf, textOf } from './ledger.ts';
import type { Population } from './population.ts';

/** The emoji with which all simulated users react. */
export const EMOJI = '👍';

/**
 * Acts of simulated users on messages and chats: they edit, pin, react, delete messages from their
 * own copy, archive chats and write drafts. Keeps the results that the server acknowledged for the
 * checks.
 */
export class Acts {
  readonly #population: Population;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly hides: Hide[] = [];
  readonly archives: Archive[] = [];
  /** Imported messages. The index is the message's number in its text. */
  readonly imports: Imported[] = [];
  readonly figures = { edits: 0, pins: 0, reactions: 0, hides: 0, drafts: 0, archives: 0 };
  readonly #drafting = new Set<string>();
  /**
   * {@link keyOf} -> the last confirmed draft, and the drafts of requests whose result is unknown.
   */
  readonly #drafts = new Map<string, { known: string; unknown: string[] }>();

  constructor(population: Population, ledger: Ledger, random: Random) {
    this.#population = population;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** {@link keyOf} -> all texts that the draft can have after the run. */
  get drafts(): Map<string, Set<string>> {
    return new Map([...this.#drafts].map(([key, { known, unknown }]) => [key, new Set([known, ...unknown])]));
  }

  /** Performs a random act from time to time, on a message that the server just accepted. */
  async afterwards(device: Device, message: Sent): Promise<void> {
    const random = this.#random;
    if (random.chance(0.008)) return this.#edit(device, message);
    if (random.chance(0.008)) return this.#pin(device, message);
    if (random.chance(0.006)) return this.#react(message);
    if (random.chance(0.006)) return this.#hide(device, message);
    if (random.chance(0.004)) return this.#draft(device, message.chat);
    if (random.chance(0.002) && !message.group) return this.archive(device, message.chat);
  }

  /** Archives a chat as the device's user. */
  async archive(device: Device, chat: number): Promise<void> {
    const act: Archive = { owner: device.user, chat, known: this.#newest(device.user, chat), after: Infinity };
    this.archives.push(act);
    if (!(await acknowledged(device.client.api('PATCH /chats/{id}', { id: chat, archived: true })))) return;
    act.after = this.#ledger.sent.length;
    this.figures.archives += 1;
  }

  /** Edits a message twice. The second edit can come from another device of the user. */
  async #edit(device: Device, message: Sent): Promise<void> {
    for (const word of [' ~e1', ' ~e2']) {
      const by = this.#random.pick(this.#population.devicesOf(device.user));
      if (!by.running) return;
      message.tail = null;
      const text = `${textOf(message)}${word}`;
      if (!(await this.#act(by, (on) => on.client.edit(message.chat, message.id ?? 0, { type: 'text', text })))) return;
      message.tail = tailOf(text);
      this.figures.edits += 1;
    }
  }

  /** Pins a message. In most cases, the other participant then unpins it. */
  async #pin(device: Device, message: Sent): Promise<void> {
    const { chat, group, from, id = 0 } = message;
    const owner = group ? this.#population.groups.get(chat)?.[0] : from;
    if (owner !== from) return;
    message.pinned = null;
    if (!(await this.#act(device, ({ client }) => client.pin(chat, id)))) return;
    message.pinned = true;
    this.figures.pins += 1;
    if (this.#random.chance(0.2)) return;
    const by = this.#random.pick(this.#population.devicesOf(group ? from : chat));
    if (!by?.running) return;
    message.pinned = null;
    if (await this.#act(by, ({ client }) => client.pin(group ? chat : from, id, false))) message.pinned = false;
  }

  /** Adds a reaction of the other participant and, every second time, removes it again. */
  async #react(message: Sent): Promise<void> {
    const { chat, group, from, id = 0 } = message;
    const user = group ? from : chat;
    const reactions = new Map<number, boolean | null>();
    message.reactions = reactions;
    for (const active of [true, false]) {
      const by = this.#random.pick(this.#population.devicesOf(user));
      if (!by?.running) return;
      reactions.set(user, null);
      if (!(await this.#act(by, ({ client }) => client.react(group ? chat : from, id, EMOJI, active)))) return;
      reactions.set(user, active);
      this.figures.reactions += 1;
      if (this.#random.chance(0.5)) return;
    }
  }

  /**
   * Deletes a message from the copy of either the sender or the receiver. The user's device or the
   * product's backend sends the request.
   */
  async #hide(device: Device, { chat, group, from, id = 0 }: Sent): Promise<void> {
    const owner = group || this.#random.chance(0.5) ? from : chat;
    const hide: Hide = { owner, chat: owner === from ? chat : from, id, acknowledged: false };
    this.hides.push(hide);
    if (this.#random.chance(0.3)) {
      hide.acknowledged = await this.#population.product.hide(owner, hide.chat, id);
    } else {
      const by = owner === from ? device : this.#random.pick(this.#population.devicesOf(owner));
      if (!by?.running) return;
      hide.acknowledged = await this.#act(by, ({ client }) => client.hide(hide.chat, [id]));
    }
    if (hide.acknowledged) this.figures.hides += 1;
  }

  async #draft(device: Device, chat: number): Promise<void> {
    const key = keyOf(device.user, chat);
    if (this.#drafting.has(key)) return;
    this.#drafting.add(key);
    const text = this.#random.chance(0.3) ? '' : `draft ${this.#random.whole(0, 1e9)}`;
    const { known, unknown } = this.#drafts.get(key) ?? { known: '', unknown: [] };
    // Keeps drafts whose request got no response, because the server can process such a request
    // after a later one.
    this.#drafts.set(key, { known, unknown: [...unknown, text] });
    if (await acknowledged(device.client.api('PUT /chats/{id}/draft', { id: chat, text }))) {
      this.#drafts.set(key, { known: text, unknown });
      this.figures.drafts += 1;
    }
    this.#drafting.delete(key);
  }

  async #act(device: Device, work: (device: Device) => Promise<unknown>): Promise<boolean> {
    return device.running && (await acknowledged(work(device)));
  }

  /** Returns the greatest known message id in the chat of two users. */
  #newest(user: number, chat: number): number {
    return this.#ledger.sent.reduce(
      (most, { from, chat: to, group, id = 0 }) =>
        !group && ((from === user && to === chat) || (from === chat && to === user)) ? Math.max(most, id) : most,
      0,
    );
  }
}

/** Returns whether the server confirmed an act. Returns false also if the result is unknown. */
async function acknowledged(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof ParleyError) return false;
    throw error;
  }
}

/** Returns the key of a chat of this owner. */
function keyOf(owner: number, chat: number): string {
  return `${owner}:${chat}`;
}

/** A message that a user deleted from the own copy. */
export interface Hide {
  owner: number;
  chat: number;
  id: number;
  /** Whether the server confirmed the deletion. */
  acknowledged: boolean;
}

/** A chat of two users that one of them archived. */
export interface Archive {
  owner: number;
  chat: number;
  /** Greatest known message id in the chat when the user sent the request. */
  known: number;
  /**
   * Number of messages in the ledger when the server confirmed the request. Infinity if it has not.
   */
  after: number;
}

/** An imported message. */
export interface Imported {
  from: number;
  /** The peer or group. */
  to: number;
  group: boolean;
  /** Whether the server confirmed the import of this message. */
  acknowledged: boolean;
}
