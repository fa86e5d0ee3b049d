import type { ApiConfig } from '../config.ts';

/**
 * Builds the URL of a page of the web client that reads a one-time token. The token is in the
 * fragment, which browsers do not send to servers.
 */
export function pageLink(
  { accounts, origins }: ApiConfig,
  page: 'reset-password' | 'confirm-email',
  token: string,
): string {
  const root = accounts.publicUrl ?? origins[0] ?? 'http://127.0.0.1:8080';
  return `${root}/${page}#${token}`;
}
