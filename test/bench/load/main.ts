import { setPriority } from 'node:os';
import type { Target } from '../../overload/hostile/acts.ts';
import { type Counts, Crew } from '../../overload/hostile/crew.ts';
import type { SystemName } from '../systems/system.ts';
import type { Chat, ChatUser, OpenChat } from './chat.ts';
import { connectGroup, connectIdle, connectPairs } from './connect.ts';
import type { Group } from './group.ts';
import type { Pair } from './pair.ts';
import { openParleyChat } from './parley-chat.ts';
import { type Outcome, type Plan, run } from './run.ts';
import { type GroupOutcome, type GroupPlan, runGroup } from './run-group.ts';
import { openSocketioChat } from './socketio-chat.ts';
import { type StormOutcome, storm } from './storm.ts';

/**
 * Entry point of the load process. It runs the commands of its parent process one after the other,
 * and exits when the parent does.
 */
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
let group: Group | undefined;
let idle: Chat[] = [];
let losses: string[] = [];
let crew: Crew | undefined;

/** Niceness of the process during an attack, so that the servers have precedence over it. */
const ATTACK_PRIORITY = 5;

async function obey(order: Order): Promise<Reply['result']> {
  switch (order.do) {
    case 'connect-pairs':
      pairs = await connectPairs(openers[order.system], order.users);
      return pairs.length;
    case 'run':
      return await run(pairs, order.plan);
    case 'connect-group':
      group = await connectGroup(openers[order.system], order.users);
      return order.users.length;
    case 'run-group':
      return group && (await runGroup(group, order.plan));
    case 'connect-idle':
      losses = [];
      idle = await connectIdle(openers[order.system], order.users, (reason) => losses.push(reason));
      return idle.length;
    case 'storm': {
      losses = [];
      const { chats, outcome } = await storm(openers[order.system], order.users, (reason) => losses.push(reason));
      idle = chats;
      return outcome;
    }
    case 'gather-crew':
      crew = await Crew.gather(order.target);
      return undefined;
    case 'attack': {
      // Lowers the priority of this process, because real attackers use machines of their own and
      // take no CPU from the servers.
      setPriority(ATTACK_PRIORITY);
      await crew?.act(AbortSignal.timeout(order.seconds * 1000));
      return crew?.counts();
    }
    case 'losses':
      return losses.length === 0 ? undefined : `${losses.length} connections ended: ${losses[0]}`;
    case 'disconnect':
      for (const connection of [...pairs, ...idle.splice(0)]) connection.close();
      group?.close();
      group = undefined;
      pairs = [];
      return undefined;
  }
}

export type Order =
  | { do: 'connect-pairs'; system: SystemName; users: ChatUser[] }
  | { do: 'run'; plan: Plan }
  | { do: 'connect-group'; system: SystemName; users: ChatUser[] }
  | { do: 'run-group'; plan: GroupPlan }
  | { do: 'connect-idle'; system: SystemName; users: ChatUser[] }
  | { do: 'storm'; system: SystemName; users: ChatUser[] }
  | { do: 'gather-crew'; target: Pick<Target, 'api' | 'gateways'> }
  | { do: 'attack'; seconds: number }
  | { do: 'losses' }
  | { do: 'disconnect' };

export type Reply = {
  result?: Outcome | GroupOutcome | StormOutcome | Counts | number | string | undefined;
  error?: string;
};
