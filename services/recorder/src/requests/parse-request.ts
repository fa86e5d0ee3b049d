import { BadEntry, type Json, readConversation, readId, readText } from '../entries/read-json.ts';
import type { Request } from './request.ts';

/** Validates a request. Throws `BadEntry` if it is of unknown kind or lacks a field. */
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
 * Returns whether a value is a request: gateways of versions before 0.1 write requests to the
 * record streams.
 */
export function isRequest(value: Json): boolean {
  return value.kind === 'rebuild' || value.kind === 'external' || value.kind === 'facts';
}
