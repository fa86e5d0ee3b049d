import type { SavedSession, TokenSource } from './api/credentials.ts';
import type { Backoff } from './link/backoff.ts';
import type { TransportName } from './state/change.ts';
import { hasIndexedDb, indexedDbStore } from './store/indexed-db-store.ts';
import { memoryStore } from './store/memory-store.ts';
import type { Store } from './store/store.ts';
import { browserLocks, type Locks } from './tabs/locks.ts';
import type { Channel } from './tabs/tabs.ts';
import { polls } from './transport/poll.ts';
import { eventStreams } from './transport/sse.ts';
import type { OpenWire } from './transport/transport.ts';
import { type WebSocketLike, webSockets } from './transport/websocket.ts';

/** What a client can be told; the README has it as a table. */
export interface ParleyOptions {
  /** Url of the api. Without it give `gateways` and `token`. */
  api?: string;
  /** Root urls of gateways. Those that the session names when absent, else the url of the api. */
  gateways?: string[];
  /** Gets access tokens from elsewhere, instead of a session. */
  token?: TokenSource;
  /** A session to go on with, as `session` events hand it out. */
  session?: SavedSession;
  /** The user's id, where neither a session nor a token says it. */
  user?: number;
  /** Refresh by the cookie the api set, instead of the refresh token. True in browsers when absent. */
  cookie?: boolean;
  /** A stable id of this device, at most 64 characters. A random one, kept in the store, when absent. */
  device?: string;
  /** Where a device that is new begins: with all that its inbox still holds (`unseen`, when absent), or with what comes next. */
  from?: 'unseen' | 'latest';
  /** What is kept across reloads. A database of the browser where there is one, else memory, when absent. */
  store?: Store | ((user: number) => Store);
  /** Share one connection among the tabs of a browser. True in browsers when absent; locks and channels may be brought along. */
  tabs?: boolean | TabsParts;
  /** Messages kept of each chat; 100 when absent. */
  keep?: number;
  /** Tell senders that their messages arrived; true when absent. */
  delivered?: boolean;
  /** The implementation of WebSocket, such as that of the package `ws`; null for none. The global one when absent. */
  WebSocket?: WebSocketLike | null;
  fetch?: typeof fetch;
  /** In order of preference; WebSocket, server-sent events and long polling when absent. */
  transports?: TransportName[];
  /** 500 ms before the first attempt to come back and 30 s between later ones when absent, halved at random. */
  backoff?: Backoff;
  /** Ms in which a connection has to be welcomed; 10 s when absent. */
  openTimeout?: number;
  /** Ms after which a better transport is tried again; a minute when absent. */
  betterAfter?: number;
}

/** What tabs need of each other. */
export interface TabsParts {
  locks: Locks;
  channel(name: string): Channel;
}

const defaults = {
  keep: 100,
  delivered: true,
  backoff: { first: 500, most: 30_000 },
  openTimeout: 10_000,
  betterAfter: 60_000,
};

/** The options with their defaults. @throws TypeError when there is nothing to connect to */
export function withDefaults(options: ParleyOptions) {
  const { api, token, gateways } = options;
  if (!api && !(token && gateways)) throw new TypeError('Give api, or gateways and token');
  const browser = 'document' in globalThis;
  const fetcher = options.fetch ?? ((...args: Parameters<typeof fetch>) => globalThis.fetch(...args));
  const store =
    options.store ?? ((user: number) => (hasIndexedDb() ? indexedDbStore(`parley-${user}`) : memoryStore()));
  return {
    ...defaults,
    ...options,
    api: api?.replace(/\/+$/, ''),
    cookie: options.cookie ?? browser,
    from: options.from === 'latest' ? ('latest' as const) : null,
    store: typeof store === 'function' ? store : () => store,
    tabs: (options.tabs ?? browser) === true ? browserTabs() : options.tabs || undefined,
    locks: browser ? browserLocks() : undefined,
    fetch: fetcher,
    transports: openers(options, fetcher),
  };
}

function openers({ transports, WebSocket }: ParleyOptions, fetcher: typeof fetch): [TransportName, OpenWire][] {
  const Implementation = WebSocket === undefined ? (globalThis as { WebSocket?: WebSocketLike }).WebSocket : WebSocket;
  const open: Record<TransportName, OpenWire | undefined> = {
    websocket: Implementation ? webSockets(Implementation) : undefined,
    sse: eventStreams(fetcher),
    poll: polls(fetcher),
  };
  const names = transports ?? ['websocket', 'sse', 'poll'];
  return names.flatMap((name) => (open[name] ? [[name, open[name]]] : []));
}

function browserTabs(): TabsParts | undefined {
  const locks = browserLocks();
  return locks && { locks, channel: (name) => new BroadcastChannel(name) as unknown as Channel };
}
