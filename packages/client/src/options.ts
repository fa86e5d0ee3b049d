import type { SavedSession, TokenSource } from './api/credentials.ts';
import type { Fetch } from './api/fetch.ts';
import type { Backoff } from './connection/backoff.ts';
import { hasIndexedDb, indexedDbStore } from './store/indexed-db-store.ts';
import { memoryStore } from './store/memory-store.ts';
import type { Store } from './store/store.ts';
import { browserLocks, type Locks } from './tabs/locks.ts';
import type { Channel } from './tabs/tabs.ts';
import { pollTransport } from './transport/poll.ts';
import { sseTransport } from './transport/sse.ts';
import type { OpenTransport, TransportName } from './transport/transport.ts';
import { type WebSocketLike, webSocketTransport } from './transport/websocket.ts';

/** Options of a client. The README contains a table of them. */
export interface ParleyOptions {
  /** URL of the api. Required unless `gateways` and `token` are set. */
  api?: string;
  /** Root URLs of the gateways. Default: the URLs of the session, otherwise `api`. */
  gateways?: string[];
  /** Returns an access token of the app. With this option, the client uses no session. */
  token?: TokenSource;
  /** Session to continue: a value that the event `session` has emitted before. */
  session?: SavedSession;
  /** Id of the user. Required if neither the session nor the token contains it. */
  user?: number;
  /**
   * Whether the client refreshes the session with its cookie instead of the refresh token. Default:
   * true in browsers.
   */
  cookie?: boolean;
  /**
   * Stable id of this device, at most 64 characters. Default: a random id that the client keeps in
   * its store.
   */
  device?: string;
  /**
   * Where a new device starts to read: at the oldest event of the inbox (`unseen`), or at the next
   * event (`latest`). Default: `unseen`.
   */
  from?: 'unseen' | 'latest';
  /**
   * Store that keeps the client's state across reloads. Default: IndexedDB in browsers, otherwise
   * memory.
   */
  store?: Store | ((user: number) => Store);
  /**
   * Whether the tabs of a browser share one connection, optionally with custom locks and channels.
   * Default: true in browsers.
   */
  tabs?: boolean | TabsOptions;
  /** Number of messages to keep in memory per chat. Default: 100. */
  keep?: number;
  /** Whether the client sends delivery receipts. Default: true. */
  delivered?: boolean;
  /**
   * WebSocket implementation, such as the one of the package `ws`. Null: the client uses no
   * WebSockets. Default: the global `WebSocket`.
   */
  WebSocket?: WebSocketLike | null;
  /**
   * Replacement of `fetch` for requests to the api and the gateways. Default: the global `fetch`.
   */
  fetch?: Fetch;
  /** Transports in order of preference. Default: `websocket`, `sse`, `poll`. */
  transports?: TransportName[];
  /**
   * Delays between attempts to reconnect. Each is reduced by a random 0 to 50 %. Default: from 500
   * ms to 30 s.
   */
  backoff?: Backoff;
  /** Maximum ms until a connection has received its welcome. Default: 10 s. */
  openTimeout?: number;
  /** Ms after which the client tries a preferred transport again. Default: 60 s. */
  betterAfter?: number;
}

/** Locks and channels through which tabs share a connection. */
export interface TabsOptions {
  locks: Locks;
  channel(name: string): Channel;
}

type WithDefault = 'keep' | 'delivered' | 'backoff' | 'openTimeout' | 'betterAfter';

/** Options after defaults were filled in. */
export interface ResolvedOptions extends Pick<ParleyOptions, 'gateways'>, Required<Pick<ParleyOptions, WithDefault>> {
  api: string | undefined;
  cookie: boolean;
  device: string | undefined;
  from: 'latest' | null;
  store(user: number): Store;
  tabs: TabsOptions | undefined;
  locks: Locks | undefined;
  fetch: Fetch;
  transports: [TransportName, OpenTransport][];
}

const defaults = {
  keep: 100,
  delivered: true,
  backoff: { first: 500, most: 30_000 },
  openTimeout: 10_000,
  betterAfter: 60_000,
};

/**
 * Fills in the defaults of the options.
 *
 * @throws TypeError if neither `api` nor `gateways` and `token` are set
 */
export function withDefaults(options: ParleyOptions): ResolvedOptions {
  const { api, token, gateways } = options;
  if (!api && !(token && gateways)) throw new TypeError('Set api, or gateways and token');
  const browser = 'document' in globalThis;
  const fetcher = options.fetch ?? ((...args: Parameters<Fetch>) => globalThis.fetch(...args));
  const store =
    options.store ?? ((user: number) => (hasIndexedDb() ? indexedDbStore(`parley-${user}`) : memoryStore()));
  return {
    ...defaults,
    ...options,
    api: api?.replace(/\/+$/, ''),
    cookie: options.cookie ?? browser,
    device: options.device,
    from: options.from === 'latest' ? ('latest' as const) : null,
    store: typeof store === 'function' ? store : () => store,
    tabs: resolveTabs(options.tabs ?? browser),
    locks: browser ? browserLocks() : undefined,
    fetch: fetcher,
    transports: createTransports(options, fetcher),
  };
}

function createTransports({ transports, WebSocket }: ParleyOptions, fetcher: Fetch): [TransportName, OpenTransport][] {
  const Implementation = WebSocket === undefined ? (globalThis as { WebSocket?: WebSocketLike }).WebSocket : WebSocket;
  const open: Record<TransportName, OpenTransport | undefined> = {
    websocket: Implementation ? webSocketTransport(Implementation) : undefined,
    sse: sseTransport(fetcher),
    poll: pollTransport(fetcher),
  };
  const names = transports ?? ['websocket', 'sse', 'poll'];
  return names.flatMap((name) => (open[name] ? [[name, open[name]]] : []));
}

function resolveTabs(tabs: boolean | TabsOptions): TabsOptions | undefined {
  if (typeof tabs === 'object') return tabs;
  const locks = tabs ? browserLocks() : undefined;
  return locks && { locks, channel: (name) => new BroadcastChannel(name) as unknown as Channel };
}
