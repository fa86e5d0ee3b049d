import { clientFrameSchema } from './client-frames.ts';
import { type JsonSchema, jsonSchema, shapesOf } from './json-schema.ts';
import { subprotocol } from './limits.ts';
import { serverFrameSchema } from './server-frames.ts';

/**
 * Returns the AsyncAPI 3.0 document of the WebSocket interface: the URLs of the gateways, the
 * frames, and which side sends each of them.
 *
 * @param gateways root URLs of gateways, such as `https://chat.example`
 */
export function asyncApi(version: string, gateways: readonly string[]) {
  const clientFrames = messagesOf(clientFrameSchema);
  const serverFrames = messagesOf(serverFrameSchema);
  const messages = { ...clientFrames, ...serverFrames };
  const references = (names: object) =>
    Object.keys(names).map((name) => ({ $ref: `#/channels/socket/messages/${name}` }));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley: live frames',
      version,
      description:
        'Frames of the WebSocket. Server-sent events and long polling carry the same frames, see /openapi.json.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(gateways.map((url, index) => [`gateway${index + 1}`, serverOf(url)])),
    channels: {
      socket: {
        address: '/v1/socket',
        title: 'The live connection',
        bindings: {
          ws: {
            method: 'GET',
            query: {
              type: 'object',
              properties: {
                device: { type: 'string', maxLength: 64, description: 'Stable id of the device' },
                cursor: {
                  type: 'string',
                  description: 'Cursor of the last event, or `latest`. Default: where the device acknowledged last',
                },
              },
            },
          },
        },
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      sendFrame: {
        action: 'receive',
        summary: 'The gateway receives a frame of the client',
        channel: { $ref: '#/channels/socket' },
        messages: references(clientFrames),
      },
      receiveFrame: {
        action: 'send',
        summary: 'The gateway sends a frame to the client',
        channel: { $ref: '#/channels/socket' },
        messages: references(serverFrames),
      },
    },
    components: {
      messages,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `An access token, in the header Authorization or as the second value of Sec-WebSocket-Protocol after ${subprotocol}`,
        },
      },
    },
  };
}

function serverOf(url: string) {
  const { protocol, host, pathname } = new URL(url);
  return {
    host,
    ...(pathname !== '/' && { pathname }),
    protocol: protocol === 'https:' || protocol === 'wss:' ? 'wss' : 'ws',
    security: [{ $ref: '#/components/securitySchemes/token' }],
  };
}

/** Returns one AsyncAPI message per frame type. Several shapes of a frame type share a message. */
function messagesOf(schema: typeof clientFrameSchema | typeof serverFrameSchema) {
  const direction = schema === clientFrameSchema ? 'client' : 'server';
  const byType = new Map<string, JsonSchema[]>();
  for (const shape of shapesOf(jsonSchema(schema))) {
    const type = String(shape.properties?.type?.const);
    byType.set(type, [...(byType.get(type) ?? []), shape]);
  }
  return Object.fromEntries(
    [...byType].map(([type, shapes]) => [
      `${direction}-${type}`,
      {
        name: type,
        title: type,
        summary: shapes.map(({ description }) => description).join('. '),
        payload: shapes.length === 1 ? shapes[0] : { oneOf: shapes },
      },
    ]),
  );
}
