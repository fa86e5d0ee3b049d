const listeners = new Set<(forget: boolean) => void>();

/**
 * Registers a listener that is called each time a session ends on this page.
 *
 * @param listener receives true if the user signed out, and must then delete the user's data from
 * this browser. Receives false if the session ended for another reason, after which unsent data
 * must remain for the next sign-in
 */
export function onSignOut(listener: (forget: boolean) => void): void {
  listeners.add(listener);
}

/** Calls all listeners that `onSignOut` registered. */
export function notifySignOut(forget: boolean): void {
  for (const listener of listeners) listener(forget);
}
