import { STATUS_CODES } from 'node:http';

/** Status code and reason phrase, as the first line of a response has them. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Error'}`;
}
