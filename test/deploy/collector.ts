import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/**
 * An OpenTelemetry collector that receives OTLP over HTTP with JSON and stores what it receives.
 */
export class Collector {
  readonly url: string;
  readonly spans: Received[] = [];
  /** The bodies of all requests as JSON, one after the other. */
  text = '';
  /** Headers of the last request. */
  headers: IncomingHttpHeaders = {};
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      const body = (await json(request)) as Posted;
      this.text += JSON.stringify(body);
      this.headers = request.headers;
      if (request.url === '/v1/traces') for (const each of body.resourceSpans) this.#take(each);
      response.end('{}');
    });
  }

  static async start(): Promise<Collector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Collector(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take({ resource, scopeSpans }: Posted['resourceSpans'][number]): void {
    const { 'service.name': service = '', 'service.instance.id': instance = '' } = toObject(resource.attributes);
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
      this.spans.push({ ...span, service, instance, start, end, attributes: toObject(span.attributes) });
    }
  }
}

function toObject(attributes: Attribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Posted {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Identified & { attributes: Attribute[] })[] }[];
  }[];
}

interface Identified {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface Received extends Identified {
  service: string;
  instance: string;
  start: bigint;
  end: bigint;
  attributes: Record<string, string>;
}
