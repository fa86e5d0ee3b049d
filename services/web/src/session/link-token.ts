/**
 * Returns the token in the URL that a mailed link opened, and removes it from the URL, so that the
 * browser's history does not contain it. Undefined if the URL has no valid token.
 */
export function takeLinkToken(): string | undefined {
  const token = location.hash.slice(1);
  history.replaceState(history.state, '', location.pathname);
  return /^[\w-]{43}$/.test(token) ? token : undefined;
}
