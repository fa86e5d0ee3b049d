/**
 * The code of the link whose visitor chose to sign in: they join when they are back. It is lost by
 * a reload, so that no link alone makes anybody join.
 */
let intent: string | undefined;

export function setJoinIntent(code: string): void {
  intent = code;
}

/** Returns whether the visitor chose to join by this link, once. */
export function takeJoinIntent(code: string): boolean {
  const intended = intent === code;
  intent = undefined;
  return intended;
}
