import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Ms to wait after a lost connection or a failed attempt before the next attempt to connect. */
const RETRY_DELAY_MS = 1000;

/**
 * Listens to a NOTIFY channel of PostgreSQL on a separate connection. Reconnects until it is
 * stopped. A connection pooler in between must use session pooling, because LISTEN belongs to a
 * session.
 */
export function listen(options: ListenOptions): Listener {
  let stopped = false;
  let client: pg.Client | undefined;
  const run = async () => {
    while (!stopped) {
      client = new pg.Client({ connectionString: options.url, application_name: options.name, keepAlive: true });
      const ended = new Promise<void>((resolve) => client?.once('end', resolve));
      client.on('error', options.onError);
      client.on('notification', ({ payload = '' }) => options.onNotify(payload));
      try {
        await client.connect();
        await client.query(`listen ${options.channel}`);
        await options.onConnect();
        await ended;
      } catch (error) {
        options.onError(error as Error);
        await client.end().catch(() => {});
      }
      options.onDisconnect();
      if (!stopped) await sleep(RETRY_DELAY_MS);
    }
  };
  const done = run();
  return {
    stop: async () => {
      stopped = true;
      await client?.end().catch(() => {});
      await done;
    },
  };
}

export interface ListenOptions {
  /** Connection URL: `postgres://user:password@host:port/database` */
  url: string;
  /** Name of the connection in PostgreSQL's `pg_stat_activity`. */
  name: string;
  /** A plain identifier. */
  channel: string;
  /**
   * Called after each connect, when notifications begin to arrive. If it rejects, the listener
   * reconnects.
   */
  onConnect: () => Promise<void>;
  /**
   * Called when the connection is lost. Notifications can be missed from then on until `onConnect`
   * is called again.
   */
  onDisconnect: () => void;
  onNotify: (payload: string) => void;
  onError: (error: Error) => void;
}

export interface Listener {
  /** Closes the connection. After `stop` resolves, the listener calls no callback any more. */
  stop(): Promise<void>;
}
