import { setTimeout as delay } from 'node:timers/promises';
import type { Chat, ChatListener, ChatUser, OpenChat } from './chat.ts';

/**
 * All connect within a second, evenly; who is refused comes back when told to, until all are in. Resolves with the connections and
 * what was seen; rejects when someone is refused for another reason, or without a time to come back.
 */
export async function storm(
  open: OpenChat,
  users: ChatUser[],
  onLoss: (reason: string) => void,
): Promise<{ chats: Chat[]; outcome: StormOutcome }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const listener: ChatListener = { acked() {}, message() {}, refused() {}, closed: () => {} };
  const outcome: StormOutcome = { first: 0, refused: 0, attempts: 0, waits: [], seconds: 0, cpu: 0 };
  const waits = new Set<number>();
  const enter = async (user: ChatUser, index: number): Promise<Chat> => {
    await delay((index * 1000) / users.length);
    for (let attempt = 1; ; attempt += 1) {
      outcome.attempts += 1;
      try {
        const chat = await open(user, listener);
        if (attempt === 1) outcome.first += 1;
        return chat;
      } catch (error) {
        const wait = retryAfter((error as Error).message);
        if (wait === undefined) throw error;
        if (attempt === 1) outcome.refused += 1;
        waits.add(wait);
        await delay(wait * 1000);
      }
    }
  };
  const chats = await Promise.all(users.map(enter));
  listener.closed = onLoss;
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  return { chats, outcome: { ...outcome, waits: [...waits].sort(), seconds, cpu: user + system } };
}

/** Seconds after which one who was refused with 503 may come back. */
function retryAfter(answer: string): number | undefined {
  if (!answer.startsWith('HTTP/1.1 503')) return undefined;
  const value = /\r\nretry-after: (\d+)\r\n/i.exec(answer)?.[1];
  return value === undefined ? undefined : Number(value);
}

export interface StormOutcome {
  /** Let in, and refused, when they first came. */
  first: number;
  refused: number;
  /** Of all together. */
  attempts: number;
  /** The times to come back that were told, in seconds. */
  waits: number[];
  /** Until all were in. */
  seconds: number;
  /** Us of CPU the load itself used. */
  cpu: number;
}
