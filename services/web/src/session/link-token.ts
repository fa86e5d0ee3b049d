/**
 * Returns the token of a mailed link and removes it from the address, so that it is not in the
 * history of the browser. Undefined if the address has no valid token.
 */
export function takeLinkToken(): string | undefined {
  const token = location.hash.slice(1);
  history.replaceState(history.state, '', location.pathname);
  return /^[\w-]{43}$/.test(token) ? token : undefined;
}
