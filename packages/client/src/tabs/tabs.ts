import type { Command, Core } from '../engine/command.ts';
import { createRef } from '../engine/ref.ts';
import { ParleyError } from '../error.ts';
import type { Change, Failure } from '../state/change.ts';
import type { Accepted } from '../state/state.ts';
import type { Locks } from './locks.ts';

/**
 * Shares one connection among the tabs of a browser. The tab that gets the lock leads: it holds the connection and tells the others
 * what changes. They send it their commands, and wait for the lock: whoever gets it when the leader closes goes on with what it knows.
 */
export class Tabs implements Core {
  readonly #options: TabsOptions;
  readonly #tab = createRef();
  readonly #open = new Map<string, Open>();
  readonly #closing = new AbortController();
  #leader: Leader | undefined;
  #following = false;
  #release = () => {};

  constructor(options: TabsOptions) {
    this.#options = options;
    options.channel.onmessage = ({ data }) => this.#hear(data as Said);
    const lead = () =>
      this.#closing.signal.aborted ? Promise.resolve() : new Promise<void>((resolve) => this.#lead(resolve));
    options.locks.request(options.name, { signal: this.#closing.signal }, lead).catch(() => {});
    this.#say({ kind: 'hello' });
  }

  run(command: Command): Promise<Accepted | undefined> {
    if (this.#leader) return this.#leader.run(command, this.#tab);
    // Shown at once; the leader's word on it says nothing new then.
    if (command.do === 'send') this.#options.changed({ type: 'queued', entry: command.entry });
    const ref = createRef();
    return new Promise((resolve, reject) => {
      this.#open.set(ref, { command, resolve, reject });
      this.#say({ kind: 'command', tab: this.#tab, ref, command });
    });
  }

  /** The state changed in this tab, which leads: the others are told. */
  tell(change: Change): void {
    this.#say({ kind: 'change', change });
  }

  async stop(): Promise<void> {
    if (!this.#leader) this.#say({ kind: 'leave', tab: this.#tab });
    this.#closing.abort();
    await this.#leader?.stop();
    this.#leader = undefined;
    this.#release();
    this.#options.channel.close();
  }

  #lead(release: () => void): void {
    this.#release = release;
    const leader = this.#options.lead(this.#following);
    leader.then(
      (leads) => {
        if (this.#closing.signal.aborted) return void leads.stop();
        this.#leader = leads;
        this.#following = false;
        this.#say({ kind: 'state', state: this.#options.snapshot() });
        for (const { command, resolve, reject } of this.#open.values())
          leads.run(command, this.#tab).then(resolve, reject);
        this.#open.clear();
        leads.start();
      },
      // Another tab may do better.
      () => release(),
    );
  }

  #hear(said: Said): void {
    if (this.#leader) return this.#serve(said, this.#leader);
    if (said.kind === 'state') {
      this.#following = true;
      this.#options.follow(said.state);
      // The leader before this one may not have heard them.
      for (const [ref, { command }] of this.#open) this.#say({ kind: 'command', tab: this.#tab, ref, command });
    } else if (said.kind === 'change' && this.#following) this.#options.changed(said.change);
    else if (said.kind === 'reply') {
      const open = this.#open.get(said.ref);
      this.#open.delete(said.ref);
      if (said.error) open?.reject(new ParleyError(said.error.code, said.error.message));
      else open?.resolve(said.accepted);
    }
  }

  #serve(said: Said, leader: Leader): void {
    if (said.kind === 'hello') this.#say({ kind: 'state', state: this.#options.snapshot() });
    if (said.kind === 'leave') leader.forgetTab(said.tab);
    if (said.kind !== 'command') return;
    const { tab, ref, command } = said;
    leader.run(command, tab).then(
      (accepted) => this.#say({ kind: 'reply', ref, accepted }),
      ({ code, message }) => this.#say({ kind: 'reply', ref, error: { code, message } }),
    );
  }

  #say(said: Said): void {
    this.#options.channel.postMessage(said);
  }
}

export interface TabsOptions {
  /** The same in all tabs of one user. */
  name: string;
  locks: Locks;
  channel: Channel;
  /** Makes the one that leads; `following` says whether this tab knows the state already. */
  lead(following: boolean): Promise<Leader>;
  snapshot(): Snapshot;
  /** Another tab leads, and this is what it knows. */
  follow(state: Snapshot): void;
  changed(change: Change): void;
}

/** What holds the connection. */
export interface Leader extends Core {
  start(): void;
  forgetTab(tab: string): void;
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

/** All that a tab knows, as structured cloning carries it. */
export type Snapshot = unknown;

interface Open {
  command: Command;
  resolve(accepted: Accepted | undefined): void;
  reject(error: Error): void;
}

type Said =
  | { kind: 'hello' }
  | { kind: 'state'; state: Snapshot }
  | { kind: 'change'; change: Change }
  | { kind: 'command'; tab: string; ref: string; command: Command }
  | { kind: 'reply'; ref: string; accepted?: Accepted | undefined; error?: Failure }
  | { kind: 'leave'; tab: string };
