import type { Sent } from '../people/ledger.ts';
import type { World } from './fault.ts';

/**
 * Sends messages of a user from one of the user's running devices. Sends nothing if none is
 * running.
 */
export function writeFrom(
  { population, writers, ledger }: World,
  user: number,
  chat: number,
  count: number,
  group = false,
): Attempt[] {
  const device = population.devicesOf(user).find(({ running }) => running);
  if (!device) return [];
  return Array.from({ length: count }, () => {
    const message = ledger.write(user, chat, group);
    return { message, done: writers.send(device, message) };
  });
}

/** A message in the ledger, and a promise that resolves when its result is known. */
interface Attempt {
  message: Sent;
  done: Promise<void>;
}
