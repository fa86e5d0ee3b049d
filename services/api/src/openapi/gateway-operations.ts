import { type RouteConfig, z } from '@hono/zod-openapi';
import { clientFrameSchema, problemType } from '@parley/protocol';
import { problemSchema } from '../http/schemas.ts';

/**
 * Returns the descriptions of the gateways' HTTP operations. Their `servers` are the URLs of the
 * gateways. Does not include the WebSocket, because OpenAPI cannot describe it.
 */
export function gatewayOperations(gatewayUrls: readonly string[]): RouteConfig[] {
  const servers = gatewayUrls.map((url) => ({ url, description: 'A gateway' }));
  return [events, poll, postFrame].map((operation) => ({
    ...operation,
    tags: ['Gateway'],
    servers,
    security: [{ accessToken: [] }],
    responses: { ...operation.responses, ...refusals },
  }));
}

// Describes an error response of a gateway: an error frame if the frame in the request is wrong, or
// a problem document if the request itself is wrong.
function problem(description: string) {
  return { description, content: { [problemType]: { schema: problemSchema }, 'application/json': { schema: frame } } };
}

const CURSOR = /^(\d{1,16}-\d{1,16}|latest)?$/;

const cursor = z.string().regex(CURSOR).optional().openapi({
  description:
    'Resume after this position of the inbox, or `latest` for new events only. Default: what this device acknowledged last.',
  example: '1764115200000-42',
});

const lastEventId = z.string().regex(CURSOR).optional().openapi({
  description: 'Resume after this cursor. It takes precedence over the query parameter.',
});

const device = z.string().max(64).optional().openapi({
  description: 'A stable id that the client chooses. Default: the session of the token.',
});

const frame = z.looseObject({ type: z.string() }).openapi('ServerFrame', {
  description: 'A frame from the server; packages/protocol describes each type',
  example: { type: 'pong' },
});

const events: RouteConfig = {
  method: 'get',
  path: '/v1/events',
  operationId: 'streamEvents',
  summary: 'Receive events as server-sent events',
  description: 'Each event has the cursor as `id` and a frame in JSON as `data`. The header Last-Event-ID resumes.',
  request: {
    query: z.object({ cursor, device }),
    headers: z.object({ 'last-event-id': lastEventId }),
  },
  responses: {
    200: { description: 'A stream without an end', content: { 'text/event-stream': { schema: z.string() } } },
  },
};

const poll: RouteConfig = {
  method: 'get',
  path: '/v1/poll',
  operationId: 'pollEvents',
  summary: 'Receive events by long polling',
  description: 'Returns at once when there are events, else with the next one, or without any after the timeout.',
  request: {
    query: z.object({
      cursor,
      device,
      timeout: z.int().min(0).max(60_000).default(25_000).openapi({ description: 'Milliseconds to wait for an event' }),
    }),
  },
  responses: {
    200: {
      description: 'Events after the cursor',
      content: {
        'application/json': {
          schema: z.object({ cursor: z.string(), recovered: z.boolean(), frames: z.array(frame) }),
        },
      },
    },
  },
};

const postFrame: RouteConfig = {
  method: 'post',
  path: '/v1/frames',
  operationId: 'postFrame',
  summary: 'Send one frame, such as a message',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: clientFrameSchema,
          example: { type: 'send', ref: 'c1', to: 748418, body: { type: 'text', text: 'Hello' } },
        },
      },
    },
  },
  responses: {
    200: { description: 'The reply to the frame', content: { 'application/json': { schema: frame } } },
    204: { description: 'Done; this frame has no reply' },
    404: { description: 'The error frame', content: { 'application/json': { schema: frame } } },
    409: { description: 'The error frame', content: { 'application/json': { schema: frame } } },
    413: problem('Error: too-large'),
  },
};

const refusals: RouteConfig['responses'] = {
  400: problem('Error: bad-request, bad-frame'),
  401: problem('Error: unauthenticated'),
  403: problem('Error: forbidden, not-friends, blocked, not-member'),
  429: problem('Error: too-many'),
  503: problem('Error: unavailable, draining'),
};
