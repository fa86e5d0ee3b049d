import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Target } from '../../overload/hostile/acts.ts';
import type { Counts } from '../../overload/hostile/crew.ts';
import type { SystemName } from '../systems/system.ts';
import type { ChatUser } from './chat.ts';
import type { Order, Reply } from './main.ts';
import type { Outcome, Plan } from './run.ts';
import type { GroupOutcome, GroupPlan } from './run-group.ts';
import type { StormOutcome } from './storm.ts';

/** Starts a load process: a separate process that simulates the users. */
export function startLoad(system: SystemName): Load {
  return new Load(
    system,
    fork(fileURLToPath(new URL('./bench-load.js', import.meta.url)), { serialization: 'advanced' }),
  );
}

/**
 * A process that simulates users of one system. Each method sends the process a command. It runs
 * one command after the other.
 */
export class Load implements AsyncDisposable {
  readonly #system: SystemName;
  readonly #process: ChildProcess;

  constructor(system: SystemName, process: ChildProcess) {
    this.#system = system;
    this.#process = process;
  }

  /** Connects users in pairs: of each two consecutive users, the first one is the sender. */
  async connectPairs(users: ChatUser[]): Promise<void> {
    await this.#order({ do: 'connect-pairs', system: this.#system, users });
  }

  /**
   * Lets all pairs send as planned. Resolves when every message has arrived, or when no message has
   * arrived for 10 s.
   */
  async run(plan: Plan): Promise<Outcome> {
    return (await this.#order({ do: 'run', plan })) as Outcome;
  }

  /** Connects the members of a group. The `peer` of each user is the id of the group. */
  async connectGroup(users: ChatUser[]): Promise<void> {
    await this.#order({ do: 'connect-group', system: this.#system, users });
  }

  /**
   * Lets the members of the group send in turn. Resolves when every member has received every
   * message, or when no message has arrived for 10 s.
   */
  async runGroup(plan: GroupPlan): Promise<GroupOutcome> {
    return (await this.#order({ do: 'run-group', plan })) as GroupOutcome;
  }

  /** Connects users who only receive messages. */
  async connectIdle(users: ChatUser[]): Promise<void> {
    await this.#order({ do: 'connect-idle', system: this.#system, users });
  }

  /**
   * Connects users who only receive messages, all within a second. A client that the server refuses
   * retries after the server's `Retry-After`.
   */
  async storm(users: ChatUser[]): Promise<StormOutcome> {
    return (await this.#order({ do: 'storm', system: this.#system, users })) as StormOutcome;
  }

  /** Registers the hostile users and creates their group. */
  async gatherCrew(target: Pick<Target, 'api' | 'gateways'>): Promise<void> {
    await this.#order({ do: 'gather-crew', target });
  }

  /**
   * Runs the attacks of eight hostile users concurrently. Resolves with the number of replies, by
   * kind of attack and reply code.
   */
  async attack(seconds: number): Promise<Counts> {
    return (await this.#order({ do: 'attack', seconds })) as Counts;
  }

  /** Throws if an idle connection has ended unexpectedly. */
  async checkIdle(): Promise<void> {
    const losses = await this.#order({ do: 'losses' });
    if (losses !== undefined) throw new Error(String(losses));
  }

  /** Closes all connections. */
  async disconnect(): Promise<void> {
    await this.#order({ do: 'disconnect' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }

  async #order(order: Order): Promise<unknown> {
    const ended = new AbortController();
    const reply = once(this.#process, 'message', { signal: ended.signal }) as Promise<[Reply]>;
    const onExit = (code: number | null) => ended.abort(new Error(`The load ended with exit code ${code}`));
    this.#process.once('exit', onExit);
    this.#process.send(order);
    const [answer] = await reply;
    this.#process.off('exit', onExit);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }
}
