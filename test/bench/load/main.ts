import type { SystemName } from '../options.ts';
import type { Chat, ChatUser, OpenChat } from './chat.ts';
import { connectIdle, connectPairs } from './connect.ts';
import type { Pair } from './pair.ts';
import { openParleyChat } from './parley-chat.ts';
import { type Outcome, type Plan, run } from './run.ts';
import { openSocketioChat } from './socketio-chat.ts';

/** The process that makes the load. It takes one order after the other over its parent's channel and ends with it. */
process.on('message', async (order: Order) => {
  try {
    process.send?.({ result: await obey(order) } satisfies Reply);
  } catch (error) {
    process.send?.({ error: String(error) } satisfies Reply);
  }
});
process.once('disconnect', () => process.exit());

const openers: Record<SystemName, OpenChat> = { parley: openParleyChat, socketio: openSocketioChat };
let pairs: Pair[] = [];
let idle: Chat[] = [];
let losses: string[] = [];

async function obey(order: Order): Promise<Outcome | number | string | undefined> {
  switch (order.do) {
    case 'connect-pairs':
      pairs = await connectPairs(openers[order.system], order.users);
      return pairs.length;
    case 'run':
      return await run(pairs, order.plan);
    case 'connect-idle':
      losses = [];
      idle = await connectIdle(openers[order.system], order.users, (reason) => losses.push(reason));
      return idle.length;
    case 'losses':
      return losses.length === 0 ? undefined : `${losses.length} connections ended: ${losses[0]}`;
    case 'disconnect':
      for (const connection of [...pairs, ...idle.splice(0)]) connection.close();
      pairs = [];
      return undefined;
  }
}

export type Order =
  | { do: 'connect-pairs'; system: SystemName; users: ChatUser[] }
  | { do: 'run'; plan: Plan }
  | { do: 'connect-idle'; system: SystemName; users: ChatUser[] }
  | { do: 'losses' }
  | { do: 'disconnect' };

export type Reply = { result: Outcome | number | string | undefined } | { error: string };
