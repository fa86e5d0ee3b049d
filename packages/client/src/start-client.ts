import type { Credentials } from './api/credentials.ts';
import type { Api } from './api/operations.ts';
import type { CommandRunner } from './engine/command.ts';
import { Engine } from './engine/engine.ts';
import { createRef } from './engine/ref.ts';
import type { ResolvedOptions } from './options.ts';
import { applyChange } from './state/apply-change.ts';
import type { Change, Status, StorageStatus } from './state/change.ts';
import { markAllUnsaved, restore, snapshot } from './state/saved.ts';
import { createState, type State } from './state/state.ts';
import { memoryStore } from './store/memory-store.ts';
import { Tabs } from './tabs/tabs.ts';

/**
 * Restores a user's state from the store and starts the engine. If another tab leads, the engine of
 * that tab is used. Resolves when the state is restored; the engine connects in the background.
 */
export async function startClient(user: number, context: ClientContext): Promise<RunningClient> {
  const { options, changed, replaced } = context;
  const state = createState(user, options.keep);
  let store = options.store(user);
  let tabs: Tabs | undefined;
  const apply = (change: Change) => applyChange(state, change) && changed(state, change);

  const createEngine = async (following: boolean): Promise<Engine> => {
    let reason: string | undefined;
    const saved = await store.read().catch((error): Map<string, unknown> => {
      context.failed(error);
      reason = String(error);
      store = memoryStore();
      return new Map();
    });
    apply({ type: 'storage', storage: { state: store.volatile ? 'memory' : 'kept', reason } });
    if (following) markAllUnsaved(state);
    else restore(state, saved);
    const device = options.device ?? (saved.get('device') as string | undefined) ?? createRef();
    if (device !== saved.get('device')) await store.write({ device }).catch(context.failed);
    return new Engine({
      ...options,
      ...context,
      device,
      state,
      store,
      published: (change) => {
        tabs?.publish(change);
        changed(state, change);
      },
    });
  };
  const clearStore = async () => {
    const keys = [...(await store.read()).keys()];
    await store.write(Object.fromEntries(keys.map((key) => [key, undefined])));
  };
  const close = async (runner: CommandRunner) => {
    await runner.stop();
    await store.close?.();
  };

  const tabsOptions = options.tabs;
  if (!tabsOptions) {
    const engine = await createEngine(false);
    engine.start();
    return { state, runner: engine, clearStore, close: () => close(engine) };
  }
  const runner = await new Promise<CommandRunner>((resolve, reject) => {
    const name = `parley-${user}`;
    const created = new Tabs({
      name,
      locks: tabsOptions.locks,
      channel: tabsOptions.channel(name),
      lead: (following) => {
        const engine = createEngine(following);
        engine.then(() => resolve(created), reject);
        return engine;
      },
      snapshot: () => ({ entries: snapshot(state), status: state.status, storage: state.storage }),
      follow: (leaderState) => {
        const { entries, status, storage } = leaderState as LeaderState;
        state.chats.clear();
        state.marks.clear();
        restore(state, entries);
        apply({ type: 'storage', storage });
        apply({ type: 'status', status });
        replaced();
        resolve(created);
      },
      changed: apply,
    });
    tabs = created;
  });
  return { state, runner, clearStore, close: () => close(runner) };
}

/** A started client. */
export interface RunningClient {
  state: State;
  runner: CommandRunner;
  /** Removes all entries from the store. */
  clearStore(): Promise<void>;
  close(): Promise<void>;
}

/** State that the leading tab sends to the other tabs. */
interface LeaderState {
  entries: [string, unknown][];
  status: Status;
  storage: StorageStatus;
}

interface ClientContext {
  options: ResolvedOptions;
  credentials: Credentials;
  api: Api | undefined;
  gateways(): string[];
  failed(error: unknown): void;
  /** Called after a change was applied to the state. */
  changed(state: State, change: Change): void;
  /** Called after the state was replaced by the state of another tab. */
  replaced(): void;
}
