import { ParleyError } from '@parley/client';
import type { Random } from '../random.ts';
import type { Device } from './device.ts';
import { type Ledger, type Sent, tailOf, textOf } from './ledger.ts';
import type { Population } from './population.ts';

/** The reaction of all users. */
export const EMOJI = '👍';

/**
 * What users do with accepted messages and chats: edit, pin, react, delete from their own copy,
 * archive, write drafts. Keeps what the server acknowledged, for the checks.
 */
export class Acts {
  readonly #population: Population;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly hides: Hide[] = [];
  readonly archives: Archive[] = [];
  /** Imported messages by number. */
  readonly imports: Imported[] = [];
  readonly figures = { edits: 0, pins: 0, reactions: 0, hides: 0, drafts: 0, archives: 0 };
  readonly #drafting = new Set<string>();
  /** {@link keyOf} -> the confirmed draft, and those of requests without a response. */
  readonly #drafts = new Map<string, { known: string; unknown: string[] }>();

  constructor(population: Population, ledger: Ledger, random: Random) {
    this.#population = population;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** {@link keyOf} -> texts that the draft may have. */
  get drafts(): Map<string, Set<string>> {
    return new Map([...this.#drafts].map(([key, { known, unknown }]) => [key, new Set([known, ...unknown])]));
  }

  /** Performs one of the acts from time to time, on a message that was just accepted. */
  async afterwards(device: Device, message: Sent): Promise<void> {
    const random = this.#random;
    if (random.chance(0.008)) return this.#edit(device, message);
    if (random.chance(0.008)) return this.#pin(device, message);
    if (random.chance(0.006)) return this.#react(message);
    if (random.chance(0.006)) return this.#hide(device, message);
    if (random.chance(0.004)) return this.#draft(device, message.chat);
    if (random.chance(0.002) && !message.group) return this.archive(device, message.chat);
  }

  /** Archives a chat of the device's user. */
  async archive(device: Device, chat: number): Promise<void> {
    const act: Archive = { owner: device.user, chat, known: this.#newest(device.user, chat), after: Infinity };
    this.archives.push(act);
    if (!(await acknowledged(device.client.api('PATCH /chats/{id}', { id: chat, archived: true })))) return;
    act.after = this.#ledger.sent.length;
    this.figures.archives += 1;
  }

  /** Edits a message twice. The second edit may come from another device of the user. */
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

  /** Pins a message. Usually the other participant unpins it at once. */
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

  /** Another participant reacts, and removes the reaction every second time. */
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

  /** The sender or the receiver deletes the message from the own copy, or the product does so. */
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
    // The server may process a request without a response later than the next one.
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

  /** Returns the greatest known id of the messages of two users. */
  #newest(user: number, chat: number): number {
    return this.#ledger.sent.reduce(
      (most, { from, chat: to, group, id = 0 }) =>
        !group && ((from === user && to === chat) || (from === chat && to === user)) ? Math.max(most, id) : most,
      0,
    );
  }
}

/** Returns whether the server has confirmed an act. False also if that is unknown. */
async function acknowledged(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof ParleyError) return false;
    throw error;
  }
}

/** Returns the key of an owner's chat. */
function keyOf(owner: number, chat: number): string {
  return `${owner}:${chat}`;
}

/** A message that a user deleted from the own copy. */
export interface Hide {
  owner: number;
  chat: number;
  id: number;
  /** Whether the server confirmed it. */
  acknowledged: boolean;
}

/** A chat of two users that its owner archived. */
export interface Archive {
  owner: number;
  chat: number;
  /** The greatest known message id of the chat when the request was sent. */
  known: number;
  /** Number of written messages when the server confirmed it. Infinity until then. */
  after: number;
}

/** A message of an import. */
export interface Imported {
  from: number;
  /** The peer or group. */
  to: number;
  group: boolean;
  /** Whether the server confirmed the import. */
  acknowledged: boolean;
}
