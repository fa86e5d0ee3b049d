/**
 * Code of the invitation link from which the user went to the sign-in page. After the sign-in, the
 * user joins that group. It is kept only in memory, so that a link opened by itself never makes a
 * user join.
 */
let intent: string | undefined;

export function setJoinIntent(code: string): void {
  intent = code;
}

/** Returns whether the user went to sign-in from this link, and clears the stored code. */
export function takeJoinIntent(code: string): boolean {
  const intended = intent === code;
  intent = undefined;
  return intended;
}
