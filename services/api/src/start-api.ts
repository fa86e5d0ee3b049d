import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { checkSchema, openDatabase, readDatabaseClock } from '@parley/database';
import { connectRedis, pingRedis, readClock } from '@parley/redis';
import {
  createLog,
  createMetrics,
  Hooks,
  type Log,
  TokenVerifier,
  Traces,
  watchClocks,
  watchDependencies,
} from '@parley/service';
import { Accounts } from './accounts/accounts.ts';
import { createApp } from './app.ts';
import type { ApiConfig } from './config.ts';
import { createStoresMonitor } from './create-stores-monitor.ts';
import { Outbox } from './events/outbox.ts';
import { writeGroupNotices } from './events/write-group-notices.ts';
import { pingDatabase } from './http/health-queries.ts';
import { Importer } from './imports/importer.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { LinkPreviews } from './link-previews/link-previews.ts';
import { MediaStore } from './media/media-store.ts';
import { Pusher } from './push/pusher.ts';
import { Retention } from './retention/retention.ts';
import { FenceCache } from './search/fence-cache.ts';
import { SearchIndexer } from './search/indexer.ts';
import { watchBackups } from './watch-backups.ts';
import { watchCertificates } from './watch-certificates.ts';
import { watchRedis } from './watch-redis.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/**
 * Connects to PostgreSQL and Redis and starts serving requests. Resolves once the port is open.
 * Rejects, after closing everything that it opened, if PostgreSQL or Redis is down, media cannot be
 * stored, or the schema is too old.
 */
export async function startApi(config: ApiConfig, log: Log = createLog({ name: 'api', level: 'warn' })): Promise<Api> {
  const metrics = createMetrics('api');
  const db = openDatabase({
    ...config.database,
    name: 'parley-api',
    onError: (err) => log.warn({ err }, 'connection to PostgreSQL lost'),
  });
  try {
    await checkSchema(db);
    const redis = await connectRedis({ ...config.redis, name: 'parley-api' });
    const tokens = new TokenVerifier(config.tokens.verifyWith, config.tokenIssuers, {
      onError: (err, url) => log.warn({ err, url }, 'fetching the keys of a token issuer failed'),
    });
    const traces =
      config.traces && new Traces({ config: config.traces, service: 'api', instance: String(process.pid), log });
    try {
      const media = new MediaStore({ db, redis, log, config: config.media });
      await media.open();
      const linkPreviews = new LinkPreviews({ db, metrics, pictures: media.pictures, config: config.linkPreviews });
      const webhooks = new Webhooks({ redis, log, metrics, config: config.webhooks });
      const pusher = config.push && new Pusher({ db, redis, log, metrics, config: config.push });
      const note = webhooks.note.bind(webhooks);
      const outbox = new Outbox({
        ...{ db, redis, log, interval: config.outboxInterval, note },
        writeGroupNotices: (notice) => writeGroupNotices({ db, redis, config }, notice),
      });
      const indexer = new SearchIndexer({ db, redis, log, metrics, interval: config.indexInterval });
      const stores = createStoresMonitor(db, redis, log, metrics);
      await stores.start();
      const unwatchDependencies = watchDependencies(
        metrics,
        {
          redis: () => pingRedis(redis.client),
          postgresql: () => pingDatabase(db),
          stores: async () => {
            if (!stores.matched) throw new Error('Redis and PostgreSQL do not belong together');
          },
        },
        log,
      );
      const unwatchClocks = watchClocks(metrics, {
        redis: () => readClock(redis),
        postgresql: () => readDatabaseClock(db),
      });
      const unwatchBackups = watchBackups(metrics, redis);
      const publicUrls = [...config.gatewayUrls, ...config.origins, config.accounts.publicUrl ?? ''];
      const unwatchCertificates = watchCertificates(metrics, publicUrls);
      const hooks = Hooks.create(config.hooks, log, metrics);
      const accounts = new Accounts({ db, log, config });
      const importer = new Importer({ config, db, redis, log });
      const retention = new Retention({ db, log, metrics, config: config.retention });
      const jobs = new JobRunner({ config, db, redis, hooks, traces, log });
      const app = createApp({
        config,
        accounts,
        db,
        redis,
        tokens,
        log,
        metrics,
        outbox,
        importer,
        indexer,
        jobs,
        hooks,
        fences: new FenceCache(),
        linkPreviews,
        media,
        stores,
        traces,
      });
      await tokens.start();
      const server = createAdaptorServer({
        fetch: app.fetch,
        serverOptions: {
          headersTimeout: config.limits.headerTime,
          requestTimeout: Math.max(REQUEST_TIMEOUT_MS, config.imports.time),
          connectionsCheckingInterval: 1000,
        },
      });
      const port = await listen(server, config);
      outbox.start();
      jobs.start();
      webhooks.start();
      pusher?.start();
      media.start();
      indexer.start();
      retention.start();
      const unwatch = watchRedis(redis, config.redisTimeout);
      const stop = async (): Promise<void> => {
        linkPreviews.stop();
        await Promise.all([media.stop(), importer.stop(), close(server)]);
        await accounts.stop();
        await Promise.all([indexer.stop(), retention.stop()]);
        await jobs.stop();
        await outbox.stop();
        await Promise.all([webhooks.stop(), pusher?.stop()]);
        hooks?.close();
        unwatch();
        unwatchCertificates();
        unwatchBackups();
        unwatchClocks();
        unwatchDependencies();
        await stores.stop();
        tokens.stop();
        await traces?.stop();
        await redis.close();
        await db.destroy();
      };
      return { port, url: `http://${hostOf(config.host)}:${port}`, stop };
    } catch (error) {
      tokens.stop();
      await redis.close();
      throw error;
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * Ms within which any request, such as an upload, must arrive completely. Requests that are held in
 * memory have a shorter limit.
 */
const REQUEST_TIMEOUT_MS = 300_000;

function listen(server: ServerType, { host, port }: ApiConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Stops accepting connections. Closes idle connections at once, and other connections after their
 * response.
 */
function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A running api process. */
export interface Api {
  port: number;
  /** URL at which other processes on this machine reach the api. */
  url: string;
  /** Finishes open requests, then closes everything that the api opened. */
  stop(): Promise<void>;
}
