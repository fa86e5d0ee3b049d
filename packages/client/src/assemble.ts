import type { Credentials } from './api/credentials.ts';
import type { Api } from './api/operations.ts';
import type { Core } from './engine/command.ts';
import { Engine } from './engine/engine.ts';
import { createRef } from './engine/ref.ts';
import type { TabsParts, withDefaults } from './options.ts';
import type { Change, Status, StorageStatus } from './state/change.ts';
import { restore, snapshot, touchAll } from './state/saved.ts';
import { State } from './state/state.ts';
import { memoryStore } from './store/memory-store.ts';
import { Tabs } from './tabs/tabs.ts';

/**
 * Puts a client together for a user: what was kept, and what holds the connection, here or in another tab. Resolves when what was
 * kept is at hand; connecting goes on.
 */
export async function assemble(user: number, parts: Parts): Promise<Assembled> {
  const { options, changed, replaced } = parts;
  const state = new State(user, options.keep);
  let store = options.store(user);
  let tabs: Tabs | undefined;
  const take = (change: Change) => state.apply(change) && changed(state, change);

  const lead = async (following: boolean): Promise<Engine> => {
    let reason: string | undefined;
    const saved = await store.read().catch((error): Map<string, unknown> => {
      parts.failed(error);
      reason = String(error);
      store = memoryStore();
      return new Map();
    });
    take({ type: 'storage', storage: { state: store.volatile ? 'memory' : 'kept', reason } });
    if (following) touchAll(state);
    else restore(state, saved);
    const device = options.device ?? (saved.get('device') as string | undefined) ?? createRef();
    if (device !== saved.get('device')) await store.write({ device }).catch(parts.failed);
    return new Engine({
      ...options,
      ...parts,
      device,
      state,
      store,
      published: (change) => {
        tabs?.tell(change);
        changed(state, change);
      },
    });
  };
  const wipe = async () => {
    const keys = [...(await store.read()).keys()];
    await store.write(Object.fromEntries(keys.map((key) => [key, undefined])));
  };
  const close = async (core: Core) => {
    await core.stop();
    await store.close?.();
  };

  if (!options.tabs) {
    const engine = await lead(false);
    engine.start();
    return { state, core: engine, wipe, close: () => close(engine) };
  }
  const core = await new Promise<Core>((resolve, reject) => {
    const parts = options.tabs as TabsParts;
    const name = `parley-${user}`;
    const mine = new Tabs({
      name,
      locks: parts.locks,
      channel: parts.channel(name),
      lead: (following) => {
        const engine = lead(following);
        engine.then(() => resolve(mine), reject);
        return engine;
      },
      snapshot: () => ({ entries: snapshot(state), status: state.status, storage: state.storage }),
      follow: (known) => {
        const { entries, status, storage } = known as Known;
        state.boxes.clear();
        state.marks.clear();
        restore(state, entries);
        take({ type: 'storage', storage });
        take({ type: 'status', status });
        replaced();
        resolve(mine);
      },
      changed: take,
    });
    tabs = mine;
  });
  return { state, core, wipe, close: () => close(core) };
}

/** A client that runs. */
export interface Assembled {
  state: State;
  core: Core;
  /** Forgets what was kept. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** What a tab that follows is told. */
interface Known {
  entries: [string, unknown][];
  status: Status;
  storage: StorageStatus;
}

interface Parts {
  options: ReturnType<typeof withDefaults>;
  credentials: Credentials;
  api: Api | undefined;
  gateways(): string[];
  failed(error: unknown): void;
  /** The state took a change. */
  changed(state: State, change: Change): void;
  /** The whole state is another tab's now. */
  replaced(): void;
}
