import { parseConversation } from '@parley/protocol';
import type { Device } from '../people/device.ts';
import type { Missed } from './devices.ts';
import type { Evidence, Fault } from './evidence.ts';

/**
 * Reads the messages that a device missed from the api, as the SDK does after a reload. Returns a
 * fault for each of them that the api lacks too, except for messages that the user deleted.
 */
export async function readMissed(
  devices: readonly Device[],
  missed: readonly Missed[],
  { cleared, hidden }: Pick<Evidence, 'cleared' | 'hidden'>,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { device: name, conversation, ids } of missed) {
    const device = devices.find((each) => each.name === name);
    const parsed = parseConversation(conversation);
    if (!device || !parsed) continue;
    const chat =
      parsed.type === 'group' ? parsed.group : (parsed.users.find((id) => id !== device.user) ?? device.user);
    const floor = cleared.get(`${device.user}:${chat}`) ?? 0;
    const wanted = new Set(ids.filter((id) => id > floor && !hidden.get(`${device.user}:${chat}`)?.has(id)));
    let after = Math.min(...wanted) - 1;
    while (wanted.size > 0) {
      const { items, more } = await device.client.api('GET /chats/{id}/messages', { id: chat, after, limit: 200 });
      for (const { id } of items) wanted.delete(id);
      const last = items.at(-1);
      if (!last || !more) break;
      after = last.id;
    }
    if (wanted.size > 0) {
      const [first] = wanted;
      faults.push({
        kind: 'lost',
        what: `${name} did not receive ${first} in ${conversation}, and the api does not return it`,
      });
    }
  }
  return faults;
}
