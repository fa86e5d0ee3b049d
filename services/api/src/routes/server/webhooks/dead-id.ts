import { z } from '@hono/zod-openapi';
import type { AppContext } from '../../../app-context.ts';
import { Refusal } from '../../../http/refusal.ts';

/**
 * The path parameter `{id}` of a permanently failed event: its endpoint and event id, separated by
 * a colon.
 */
export const deadParams = z.object({ id: z.string().regex(/^[\w-]{1,32}:[\w.-]{1,512}$/, 'Not an id of the list') });

/** Builds the id of a permanently failed event from its endpoint and event id. */
export function toDeadId(endpoint: string, event: string): string {
  return `${endpoint}:${event}`;
}

/**
 * Parses the id of a permanently failed event.
 * @throws Refusal if its endpoint is not configured
 */
export function readDeadId({ config }: AppContext, id: string): { endpoint: string; event: string } {
  const colon = id.indexOf(':');
  const endpoint = id.slice(0, colon);
  if (!config.webhooks.endpoints.some((each) => each.id === endpoint)) throw new Refusal('not-found');
  return { endpoint, event: id.slice(colon + 1) };
}
