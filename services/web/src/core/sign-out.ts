const listeners = new Set<() => void>();

/** Calls `listener` each time a session ends on this page, by choice or not. */
export function onSignOut(listener: () => void): void {
  listeners.add(listener);
}

/** Runs all listeners of `onSignOut`. */
export function notifySignOut(): void {
  for (const listener of listeners) listener();
}
