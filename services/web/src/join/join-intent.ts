/**
 * The code of the invitation link whose visitor chose to sign in. After the sign-in, the visitor
 * joins the group. A reload clears it, so that a link alone never makes a user join.
 */
let intent: string | undefined;

export function setJoinIntent(code: string): void {
  intent = code;
}

/** Returns true, once, if the visitor chose to join by this link. */
export function takeJoinIntent(code: string): boolean {
  const intended = intent === code;
  intent = undefined;
  return intended;
}
