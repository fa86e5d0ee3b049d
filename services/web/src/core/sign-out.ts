const listeners = new Set<(forget: boolean) => void>();

/**
 * Calls `listener` each time a session ends on this page.
 *
 * @param listener called with true if the user signed out. It must then delete the user's data from
 * this browser. Called with false if the session ended elsewhere: unsent data is kept for the next
 * sign-in
 */
export function onSignOut(listener: (forget: boolean) => void): void {
  listeners.add(listener);
}

/** Runs all listeners of `onSignOut`. */
export function notifySignOut(forget: boolean): void {
  for (const listener of listeners) listener(forget);
}
