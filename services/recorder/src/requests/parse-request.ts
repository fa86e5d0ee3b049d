import { BadEntry, type Json, readConversation, readId, readText } from '../entries/read-json.ts';
import type { Request } from './request.ts';

/**
 * Converts a JSON object to a request. Throws `BadEntry` if its kind is unknown or a field is
 * missing.
 */
export function parseRequest(value: Json): Request {
  if (value.kind === 'rebuild') return { kind: 'rebuild', id: readId(value, 'id') };
  if (value.kind === 'external') return { kind: 'external', external: readText(value, 'external') };
  if (value.kind === 'facts') return { kind: 'facts', ...readConversation(value), id: readId(value, 'id') };
  if (value.kind === 'refs') return { kind: 'refs', ...readConversation(value) };
  if (value.kind === 'pins') return { kind: 'pins', ...readConversation(value) };
  if (value.kind === 'records') return { kind: 'records' };
  throw new BadEntry(`is of unknown kind ${JSON.stringify(value.kind)}`);
}

/**
 * Returns whether the value of a record entry is a request, because gateways of versions before 0.1
 * write requests to the record streams.
 */
export function isRequest(value: Json): boolean {
  return value.kind === 'rebuild' || value.kind === 'external' || value.kind === 'facts';
}
