import { setTimeout as delay } from 'node:timers/promises';
import type { Chat, ChatListener, ChatUser, OpenChat } from './chat.ts';

/**
 * Connects all users within a second, evenly spread. Refused users retry after `Retry-After` until
 * all users are connected. Rejects if a refusal has another status than 503 or no `Retry-After`.
 *
 * @returns the connections and the measurements
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

/** Returns the `Retry-After` of a 503 response in seconds. Undefined for other responses. */
function retryAfter(answer: string): number | undefined {
  if (!answer.startsWith('HTTP/1.1 503')) return undefined;
  const value = /\r\nretry-after: (\d+)\r\n/i.exec(answer)?.[1];
  return value === undefined ? undefined : Number(value);
}

export interface StormOutcome {
  /**
   * Number of users that were connected (`first`) and refused (`refused`) at their first attempt.
   */
  first: number;
  refused: number;
  /** Number of attempts of all users together. */
  attempts: number;
  /** All different values of `Retry-After` in seconds. */
  waits: number[];
  /** Seconds until all users were connected. */
  seconds: number;
  /** CPU in us that the load process used until all users were connected. */
  cpu: number;
}
