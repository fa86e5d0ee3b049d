import { STATUS_CODES } from 'node:http';

/** Status code and reason phrase of a response, as written in its first line. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Error'}`;
}
