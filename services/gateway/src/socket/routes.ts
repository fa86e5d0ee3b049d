import type { Answer } from '@parley/service';
import { healthyBody, metricsText, readyBody } from '@parley/service';
import { openEventStream } from './http/event-stream.ts';
import { poll } from './http/poll.ts';
import { postFrame } from './http/post-frame.ts';
import { preflightReply, refuse } from './http/replies.ts';
import { UnfinishedBodies } from './http/unfinished-bodies.ts';
import { layimUpgrade } from './layim/open-layim.ts';
import type { ServerDeps } from './server-deps.ts';
import type { IncomingRequest, OutgoingResponse, SocketHandlers } from './socket-server.ts';
import { socketUpgrade } from './websocket/upgrade.ts';

/** Returns the request handlers of a gateway: those of its transports and the health checks. */
export function createHandlers(deps: ServerDeps): SocketHandlers {
  const upgrades = new Map([['/v1/socket', socketUpgrade(deps)]]);
  if (deps.config.layim === 'on') upgrades.set('/layim/socket', layimUpgrade(deps));
  const routes = routesOf(deps);
  return {
    upgrades: new Map(
      [...upgrades].map(([path, upgrade]) => [
        path,
        (request, pending) => guard(deps, pending.response, () => upgrade(request, pending)),
      ]),
    ),
    handle: (request, response) =>
      guard(deps, response, () => {
        const route = routes.get(request.path);
        if (route) return serve(deps, route, request, response);
        if (!upgrades.has(request.path)) return refuse(response, { code: 'not-found' });
        if (request.method !== 'GET') return refuse(response, { code: 'method-not-allowed' }, { allow: 'GET' });
        refuse(response, { code: 'upgrade-required' }, { upgrade: 'websocket' });
      }),
  };
}

function routesOf(deps: ServerDeps): ReadonlyMap<string, Route> {
  const unfinished = new UnfinishedBodies();
  const health = (answer: () => Answer | Promise<Answer>): Route => {
    const get: Handler = async (_request, response) => {
      const { status, type, body } = await answer();
      response.send({ status, headers: { 'cache-control': 'no-store', 'content-type': type }, body });
    };
    return { GET: get, HEAD: get };
  };
  return new Map<string, Route>([
    ['/v1/events', { GET: (request, response) => openEventStream(deps, request, response) }],
    ['/v1/poll', { GET: (request, response) => poll(deps, request, response) }],
    ['/v1/frames', { POST: (request, response) => postFrame(deps, unfinished, request, response) }],
    ['/healthz', health(() => healthyBody())],
    ['/readyz', health(() => readyBody(deps.ready))],
    ['/metrics', health(() => metricsText(deps.metrics))],
  ]);
}

function serve(deps: ServerDeps, route: Route, request: IncomingRequest, response: OutgoingResponse) {
  const handler = route[request.method as keyof Route];
  if (handler) return handler(request, response);
  const methods = Object.keys(route);
  if (request.method === 'OPTIONS') return response.send(preflightReply(deps, request, methods.join(', ')));
  refuse(response, { code: 'method-not-allowed' }, { allow: [...methods, 'OPTIONS'].join(', ') });
}

/**
 * Runs a handler, and responds with 500 if it throws or rejects, because a request must not end the
 * process.
 */
function guard({ log }: ServerDeps, response: OutgoingResponse, handle: () => void | Promise<void>): void {
  const failed = (error: unknown) => {
    log.error({ err: error }, 'request handler failed');
    refuse(response, { code: 'internal' });
  };
  try {
    handle()?.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** Handlers of a path, by HTTP method. */
type Route = Partial<Record<'GET' | 'HEAD' | 'POST', Handler>>;

type Handler = (request: IncomingRequest, response: OutgoingResponse) => void | Promise<void>;
