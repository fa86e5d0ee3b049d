import type { Command, CommandRunner } from '../engine/command.ts';
import { createRef } from '../engine/ref.ts';
import { ParleyError } from '../error.ts';
import type { Accepted, Change, Failure } from '../state/change.ts';
import type { Locks } from './locks.ts';

/**
 * Shares one connection among the tabs of a browser. The tab that holds a browser lock is the
 * leader: it has the connection and broadcasts every change of the state. The other tabs send their
 * commands to the leader and wait for the lock. When the leader closes, the next tab gets the lock
 * and becomes the leader, with its own copy of the state.
 */
export class Tabs implements CommandRunner {
  readonly #options: TabsOptions;
  readonly #tab = createRef();
  /** Commands that the leader has not replied to yet, by ref. */
  readonly #pending = new Map<string, PendingCommand>();
  readonly #closing = new AbortController();
  #leader: Leader | undefined;
  #following = false;
  #releaseLock = () => {};

  constructor(options: TabsOptions) {
    this.#options = options;
    options.channel.onmessage = ({ data }) => this.#receive(data as TabMessage);
    const lead = () =>
      this.#closing.signal.aborted ? Promise.resolve() : new Promise<void>((resolve) => this.#lead(resolve));
    options.locks.request(options.name, { signal: this.#closing.signal }, lead).catch(() => {});
    this.#post({ kind: 'hello' });
  }

  run(command: Command): Promise<Accepted | undefined> {
    if (this.#leader) return this.#leader.run(command, this.#tab);
    // Shows the user's message at once, without a round trip to the leader. When the leader
    // broadcasts the same change, it has no effect.
    if (command.do === 'send') this.#options.changed({ type: 'queued', entry: command.entry });
    const ref = createRef();
    return new Promise((resolve, reject) => {
      this.#pending.set(ref, { command, resolve, reject });
      this.#post({ kind: 'command', tab: this.#tab, ref, command });
    });
  }

  /** Broadcasts a change to the other tabs. Called only in the leading tab. */
  publish(change: Change): void {
    this.#post({ kind: 'change', change });
  }

  async stop(): Promise<void> {
    if (!this.#leader) this.#post({ kind: 'leave', tab: this.#tab });
    this.#closing.abort();
    await this.#leader?.stop();
    this.#leader = undefined;
    this.#releaseLock();
    this.#options.channel.close();
  }

  #lead(release: () => void): void {
    this.#releaseLock = release;
    const leading = this.#options.lead(this.#following);
    leading.then(
      (leader) => {
        if (this.#closing.signal.aborted) return void leader.stop();
        this.#leader = leader;
        this.#following = false;
        this.#post({ kind: 'state', state: this.#options.snapshot() });
        for (const { command, resolve, reject } of this.#pending.values())
          leader.run(command, this.#tab).then(resolve, reject);
        this.#pending.clear();
        leader.start();
      },
      // Releases the lock after a failed start, so that another tab can become the leader.
      () => release(),
    );
  }

  #receive(message: TabMessage): void {
    if (this.#leader) return this.#serve(message, this.#leader);
    if (message.kind === 'state') {
      this.#following = true;
      this.#options.follow(message.state);
      // Sends pending commands again, because the previous leader might have closed before it
      // received them.
      for (const [ref, { command }] of this.#pending) this.#post({ kind: 'command', tab: this.#tab, ref, command });
    } else if (message.kind === 'change' && this.#following) this.#options.changed(message.change);
    else if (message.kind === 'reply') {
      const pending = this.#pending.get(message.ref);
      this.#pending.delete(message.ref);
      if (message.error) pending?.reject(new ParleyError(message.error.code, message.error.message));
      else pending?.resolve(message.accepted);
    }
  }

  #serve(message: TabMessage, leader: Leader): void {
    if (message.kind === 'hello') this.#post({ kind: 'state', state: this.#options.snapshot() });
    if (message.kind === 'leave') leader.forgetTab(message.tab);
    if (message.kind !== 'command') return;
    const { tab, ref, command } = message;
    leader.run(command, tab).then(
      (accepted) => this.#post({ kind: 'reply', ref, accepted }),
      ({ code, message }) => this.#post({ kind: 'reply', ref, error: { code, message } }),
    );
  }

  #post(message: TabMessage): void {
    this.#options.channel.postMessage(message);
  }
}

export interface TabsOptions {
  /** Name of the lock. All tabs of a user use the same name. */
  name: string;
  locks: Locks;
  channel: Channel;
  /**
   * Creates the engine of the leading tab. `following` is true if this tab already has the state.
   */
  lead(following: boolean): Promise<Leader>;
  snapshot(): Snapshot;
  /** Replaces the state of this tab by the state of the leading tab. */
  follow(state: Snapshot): void;
  changed(change: Change): void;
}

/** Executes commands in the tab that holds the connection. */
export interface Leader extends CommandRunner {
  start(): void;
  forgetTab(tab: string): void;
}

/** The part of `BroadcastChannel` that the SDK uses. */
export interface Channel {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

/** Copy of a tab's state in a form that the structured clone algorithm supports. */
export type Snapshot = unknown;

interface PendingCommand {
  command: Command;
  resolve(accepted: Accepted | undefined): void;
  reject(error: Error): void;
}

type TabMessage =
  | { kind: 'hello' }
  | { kind: 'state'; state: Snapshot }
  | { kind: 'change'; change: Change }
  | { kind: 'command'; tab: string; ref: string; command: Command }
  | { kind: 'reply'; ref: string; accepted?: Accepted | undefined; error?: Failure }
  | { kind: 'leave'; tab: string };
