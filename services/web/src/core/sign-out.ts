const listeners = new Set<(forget: boolean) => void>();

/**
 * Calls `listener` each time a session ends on this page.
 *
 * @param listener receives true if the user signed out: what this browser stores of the user is
 * then removed. False means that the session ended elsewhere, and unsent data waits for the next
 * sign-in
 */
export function onSignOut(listener: (forget: boolean) => void): void {
  listeners.add(listener);
}

/** Runs all listeners of `onSignOut`. */
export function notifySignOut(forget: boolean): void {
  for (const listener of listeners) listener(forget);
}
