import type { Parley } from '../parley.ts';
import type { Status, StorageStatus } from '../state/change.ts';
import { isSame } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** State of a client's connection. `off` before `connect` and after sign-out. */
export interface Connection extends Status {
  /** Whether messages survive a reload of the page. Undefined before `connect`. */
  readonly storage: StorageStatus | undefined;
}

/**
 * Creates a view (a value that apps can read and subscribe to) of the connection state of a client.
 */
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

/**
 * Returns whether the client is in use: `connect` has resolved, and `close` has not been called
 * since.
 */
export function isConnected(parley: Parley): boolean {
  return parley.storage !== undefined;
}

/**
 * Calls a listener when every value of the client might have changed, as after `connect` and
 * sign-out.
 */
export function onReset(parley: Parley, listener: () => void): () => void {
  return parley.on('change', ({ chat }) => chat === undefined && listener());
}
