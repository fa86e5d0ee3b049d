import { setTimeout as delay } from 'node:timers/promises';
import { ParleyError } from '@parley/client';
import { parseConversation } from '@parley/protocol';
import type { Random } from '../random.ts';
import { Acts } from './acts.ts';
import type { Device } from './device.ts';
import { type Ledger, type Sent, textOf } from './ledger.ts';
import type { Population } from './population.ts';

/** Maximum number of unacknowledged messages of one device. */
const UNDER_WAY = 12;

/** Ms between two checks how many messages are due. */
const TICK = 20;

/**
 * Makes the simulated users write at a fixed rate, and read and recall messages. After an outage,
 * it sends the messages that are overdue. It adds each message to the ledger before sending it, and
 * the result later.
 */
export class Writers {
  readonly #population: Population;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #rate: number;
  readonly #underWay = new Map<Device, number>();
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  /** Chats that users deleted, each with the last message that the deletion included. */
  readonly deleted: Deleted[] = [];
  readonly acts: Acts;
  /** Number of reads, recalls and other acts, by kind. */
  readonly figures = { reads: 0, recalls: 0, deletions: 0, streams: 0, fellBehind: 0 };

  constructor(population: Population, ledger: Ledger, random: Random, rate: number) {
    this.#population = population;
    this.#ledger = ledger;
    this.#random = random;
    this.#rate = rate;
    this.acts = new Acts(population, ledger, random);
  }

  start(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      // Sends overdue messages at up to three times the fixed rate.
      this.#due = Math.min(this.#due + ((now - last) / 1000) * this.#rate, this.#rate * 60);
      last = now;
      const most = Math.max(1, Math.ceil((3 * this.#rate * TICK) / 1000));
      for (let i = 0; i < most && this.#due >= 1; i += 1) if (this.#writeOne()) this.#due -= 1;
    }, TICK);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Called for each message that a device receives. Reads new messages from time to time. */
  heard(device: Device, from: number, conversation: string, id: number): void {
    const random = this.#random;
    if (from === device.user || !random.chance(0.15)) return;
    const parsed = parseConversation(conversation);
    const chat = parsed?.type === 'group' ? parsed.group : from;
    setTimeout(
      () => {
        if (!device.running) return;
        this.figures.reads += 1;
        ignore(() => device.client.read(chat, id));
      },
      random.whole(0, 2000),
    ).unref();
  }

  /**
   * Sends a message. Resolves when the server has accepted or refused it, or when the device stops.
   */
  async send(device: Device, message: Sent): Promise<void> {
    this.#underWay.set(device, (this.#underWay.get(device) ?? 0) + 1);
    try {
      const { id } = await device.client.send(message.chat, textOf(message), { ref: `m${message.n}` });
      this.#ledger.accept(message, id);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.code !== 'aborted') this.#ledger.refuse(message, error.code);
    } finally {
      this.#underWay.set(device, (this.#underWay.get(device) ?? 1) - 1);
    }
  }

  /**
   * Streams a message: its text grows by appends. If the device stops, the end of the text can get
   * lost.
   */
  async #stream(device: Device, message: Sent): Promise<void> {
    this.#underWay.set(device, (this.#underWay.get(device) ?? 0) + 1);
    message.tail = null;
    let tail = '';
    try {
      const stream = await device.client.stream(message.chat, { text: textOf(message), ref: `m${message.n}` });
      this.#ledger.accept(message, stream.id);
      for (let word = this.#random.whole(1, 8); word > 0; word -= 1) {
        tail += ` ~w${word}`;
        stream.write(` ~w${word}`);
        await delay(this.#random.whole(10, 300));
      }
      await stream.end();
      message.tail = tail;
      this.figures.streams += 1;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (message.state === 'open' && error.code !== 'aborted') this.#ledger.refuse(message, error.code);
    } finally {
      this.#underWay.set(device, (this.#underWay.get(device) ?? 1) - 1);
    }
  }

  #writeOne(): boolean {
    const random = this.#random;
    const device = random.pick(this.#population.devices);
    if (!device.running || (this.#underWay.get(device) ?? 0) >= UNDER_WAY) return false;
    const { user } = device;
    const groups = this.#population.groupsOf(user);
    const group = groups.length > 0 && random.chance(0.1);
    const chat = random.pick(group ? groups : (this.#population.friends.get(user) ?? []));
    const message = this.#ledger.write(user, chat, group);
    if (random.chance(0.002)) {
      const stranger = random.pick(this.#population.strangers);
      Object.assign(message, { chat: stranger, group: false, forbidden: true });
    }
    if (!message.forbidden && random.chance(0.004)) this.#stream(device, message);
    else this.send(device, message).then(() => this.#afterwards(device, message));
    return true;
  }

  /**
   * From time to time, recalls the message or deletes its chat after the server has accepted the
   * message.
   */
  async #afterwards(device: Device, message: Sent): Promise<void> {
    const random = this.#random;
    const { id, chat } = message;
    if (id === undefined || !device.running) return;
    if (random.chance(0.004)) {
      message.recall = 'open';
      this.figures.recalls += 1;
      try {
        await device.client.recall(chat, id);
        message.recall = 'acknowledged';
      } catch (error) {
        if (error instanceof ParleyError && error.code !== 'aborted') message.recall = 'refused';
      }
    } else if (random.chance(0.0004)) {
      const deletion: Deleted = { owner: device.user, chat, upTo: id, acknowledged: false };
      this.deleted.push(deletion);
      try {
        await device.client.api('DELETE /chats/{id}', { id: chat });
        deletion.acknowledged = true;
        this.figures.deletions += 1;
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
      }
    } else await this.acts.afterwards(device, message);
  }
}

/** A chat that its owner deleted. The deletion includes all messages up to `upTo`. */
export interface Deleted {
  owner: number;
  chat: number;
  upTo: number;
  /** Whether the api confirmed the deletion. */
  acknowledged: boolean;
}

/** Runs `work` and ignores errors of the SDK, because the device might have stopped. */
function ignore(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
  }
}
