import type { Command, CommandRunner } from '../engine/command.ts';
import { createRef } from '../engine/ref.ts';
import { ParleyError } from '../error.ts';
import type { Accepted, Change, Failure } from '../state/change.ts';
import type { Locks } from './locks.ts';

/**
 * Shares one connection among the tabs of a browser. The tab that holds the lock leads: it has the
 * connection and broadcasts every change. The other tabs send it their commands and wait for the
 * lock. When the leader closes, the tab that gets the lock next becomes the leader, with its copy
 * of the state.
 */
export class Tabs implements CommandRunner {
  readonly #options: TabsOptions;
  readonly #tab = createRef();
  /** Commands to which the leader has not replied. */
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
    // Shows an own message without a round trip. When the leader broadcasts the same change, it is
    // a no-op.
    if (command.do === 'send') this.#options.changed({ type: 'queued', entry: command.entry });
    const ref = createRef();
    return new Promise((resolve, reject) => {
      this.#pending.set(ref, { command, resolve, reject });
      this.#post({ kind: 'command', tab: this.#tab, ref, command });
    });
  }

  /** Broadcasts a change to the other tabs. Called in the leading tab. */
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
      // Releases the lock, so that another tab can become the leader.
      () => release(),
    );
  }

  #receive(message: TabMessage): void {
    if (this.#leader) return this.#serve(message, this.#leader);
    if (message.kind === 'state') {
      this.#following = true;
      this.#options.follow(message.state);
      // Resends commands, because the previous leader may have closed before it received them.
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
  /** Name of the lock, the same in all tabs of one user. */
  name: string;
  locks: Locks;
  channel: Channel;
  /** Creates the leader. `following`: this tab already has the state. */
  lead(following: boolean): Promise<Leader>;
  snapshot(): Snapshot;
  /** Replaces the state by that of the leading tab. */
  follow(state: Snapshot): void;
  changed(change: Change): void;
}

/** Runs commands in the tab that holds the connection. */
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

/** The state of a tab in a form that structured cloning supports. */
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
