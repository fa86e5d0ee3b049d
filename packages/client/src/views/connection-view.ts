import type { Parley } from '../parley.ts';
import type { Status, StorageStatus } from '../state/change.ts';
import { isSame } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** The connection of a client. Its state is `off` before `connect` and after sign-out. */
export interface Connection extends Status {
  /** Whether messages survive a reload. Undefined before `connect`. */
  readonly storage: StorageStatus | undefined;
}

/** Creates the view of a client's connection. */
export function connectionView(parley: Parley): View<Connection> {
  return new DerivedView<Connection>({
    initial: { state: 'off', storage: undefined },
    read: (before) => {
      const value = { ...parley.status, storage: parley.storage };
      return isSame(before, value) ? before : value;
    },
    follow: (changed) => {
      const offs = [parley.on('status', changed), parley.on('storage', changed), onReset(parley, changed)];
      return () => {
        for (const off of offs) off();
      };
    },
  });
}

/** Returns whether the client has state: `connect` has resolved, and it was not closed since. */
export function isConnected(parley: Parley): boolean {
  return parley.storage !== undefined;
}

/**
 * Calls a listener when every value of the client may have changed, such as after `connect` and
 * sign-out.
 */
export function onReset(parley: Parley, listener: () => void): () => void {
  return parley.on('change', ({ chat }) => chat === undefined && listener());
}
