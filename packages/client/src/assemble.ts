import type { Credentials } from './api/credentials.ts';
import type { Api } from './api/operations.ts';
import type { Core } from './engine/command.ts';
import { Engine } from './engine/engine.ts';
import { createRef } from './engine/ref.ts';
import type { TabsParts, withDefaults } from './options.ts';
import type { Change, Status } from './state/change.ts';
import { restore, snapshot, touchAll } from './state/saved.ts';
import { State } from './state/state.ts';
import { Tabs } from './tabs/tabs.ts';

/**
 * Puts a client together for a user: what was kept, and what holds the connection, here or in another tab. Resolves when what was
 * kept is at hand; connecting goes on.
 */
export async function assemble(user: number, parts: Parts): Promise<Assembled> {
  const { options, changed, replaced } = parts;
  const state = new State(user, options.keep);
  const store = options.store(user);
  let tabs: Tabs | undefined;

  const lead = async (following: boolean): Promise<Engine> => {
    const saved = await store.read();
    if (following) touchAll(state);
    else restore(state, saved);
    const device = options.device ?? (saved.get('device') as string | undefined) ?? createRef();
    if (device !== saved.get('device')) await store.write({ device });
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
      lead: async (following) => {
        const engine = await lead(following).catch((error) => {
          reject(error);
          throw error;
        });
        resolve(mine);
        return engine;
      },
      snapshot: () => ({ entries: snapshot(state), status: state.status }),
      follow: (known) => {
        const { entries, status } = known as { entries: [string, unknown][]; status: Status };
        state.boxes.clear();
        state.marks.clear();
        restore(state, entries);
        changed(state, { type: 'status', status });
        replaced();
        resolve(mine);
      },
      changed: (change) => state.apply(change) && changed(state, change),
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
