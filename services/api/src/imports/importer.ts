import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openPool, type Pool } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import type { ApiConfig } from '../config.ts';
import { InFlight } from '../http/in-flight.ts';
import { isUnavailable } from '../http/is-unavailable.ts';
import { Refusal } from '../http/refusal.ts';
import { type Import, insertImport, type Progress, updateImport } from '../queries/imports.ts';
import { LineImporter, type Written } from './import-lines.ts';
import { type Line, readLines } from './read-lines.ts';

/**
 * Imports history from request bodies of any length. Holds at most two batches of lines in memory:
 * while one batch is written, the next one is read.
 */
export class Importer {
  readonly #deps: ImporterDeps;
  readonly #pool: Pool;
  readonly #inFlight: InFlight;
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();

  constructor(deps: ImporterDeps) {
    this.#deps = deps;
    const { database, imports } = deps.config;
    const onError = (err: Error) => deps.log.warn({ err }, 'connection to PostgreSQL lost');
    this.#pool = openPool(
      { ...database, name: 'parley-import', maxConnections: imports.atOnce, onError },
      // Uses one query plan for batches of all sizes, as the recorder does.
      { plan_cache_mode: 'force_generic_plan', jit: 'off' },
    );
    this.#inFlight = new InFlight({ perOwner: imports.atOnce });
  }

  /** Interrupts the imports in progress. Resolves when their current batches are written. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#running);
    await this.#pool.end();
  }

  /**
   * Imports the lines of a request body. If the body breaks off, the lines that arrived completely
   * are still imported.
   *
   * @param skip number of lines to skip at the beginning
   * @throws Refusal if the import cannot begin or is interrupted
   */
  async run(source: Readable, key: string, skip: number): Promise<Import> {
    const release = this.#inFlight.admit(['all']);
    const work = this.#run(source, key, skip).finally(release);
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async #run(source: Readable, key: string, skip: number): Promise<Import> {
    const { db, log } = this.#deps;
    const created = Date.now();
    const progress: Progress = { state: 'running', lines: skip, imported: 0, duplicates: 0, failed: 0, errors: [] };
    const id = await insertImport(db, key, skip);
    const reading: Reading = { bytes: 0 };
    try {
      await this.#importAll(source, id, skip, progress, reading);
      progress.state = 'done';
    } catch (error) {
      progress.state = 'interrupted';
      const unavailable = isUnavailable(error) && reading.failure === undefined;
      if (!(error instanceof Refusal) && !unavailable && error !== reading.failure) throw error;
      log.warn({ err: error, import: id, lines: progress.lines }, 'import of history interrupted');
      const done = `The first ${progress.lines} lines are done. Send the same lines again to continue.`;
      if (error instanceof Refusal) throw new Refusal(error.code, `${error.detail} ${done}`, { cause: error });
      if (unavailable) throw new Refusal('unavailable', done, { retryAfter: 5, cause: error });
      throw new Refusal('bad-request', `The body did not arrive. ${done}`, { cause: error });
    } finally {
      await updateImport(db, id, progress).catch((err) =>
        log.warn({ err, import: id }, 'state of an import not stored'),
      );
    }
    return { id, ...progress, created, updated: Date.now() };
  }

  async #importAll(source: Readable, id: number, skip: number, progress: Progress, reading: Reading): Promise<void> {
    const { db, redis, config, log } = this.#deps;
    const importer = new LineImporter({ config, db, redis, pool: this.#pool });
    let writing: Promise<void> = Promise.resolve();
    const write = async (lines: readonly Line[]): Promise<void> => {
      const { imported, duplicates, errors } = await repeatedly(() => importer.write(lines), log);
      progress.lines = lines.at(-1)?.number ?? progress.lines;
      progress.imported += imported;
      progress.duplicates += duplicates;
      progress.failed += errors.length;
      progress.errors.push(...errors.slice(0, config.imports.errors - progress.errors.length));
      await updateImport(db, id, progress);
    };
    let batch: Line[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await writing;
      const lines = batch;
      batch = [];
      bytes = 0;
      writing = lines.length > 0 ? write(lines) : Promise.resolve();
      // Prevents an unhandled rejection. The next `await` of `writing` throws the error.
      writing.catch(() => {});
    };
    let failure: unknown;
    try {
      for await (const lines of readLines(this.#receive(source, reading), config.imports.line)) {
        for (const line of lines) {
          if (line.number <= skip) continue;
          batch.push(line);
          bytes += line.bytes;
          if (batch.length >= BATCH_LINES || bytes >= BATCH_BYTES) await flush();
        }
      }
    } catch (error) {
      failure = error;
    }
    if (failure === undefined || failure === reading.failure) {
      await flush();
      await writing;
    }
    if (failure !== undefined) throw failure;
  }

  /**
   * Yields the bytes of a body. Stops if the body is too large, if no byte arrives for too long, or
   * if the api stops.
   */
  async *#receive(source: Readable, reading: Reading): AsyncGenerator<Buffer> {
    const { body, silence } = this.#deps.config.imports;
    const fail = (error: Error): void => {
      reading.failure ??= error;
      source.destroy(error);
    };
    let timer: NodeJS.Timeout | undefined;
    const stop = () => fail(new Refusal('unavailable', 'The server is stopping.', { retryAfter: 1 }));
    const wait = () => {
      timer = setTimeout(() => fail(new Refusal('bad-request', 'The body stopped arriving.')), silence);
    };
    this.#stopped.signal.addEventListener('abort', stop);
    try {
      if (this.#stopped.signal.aborted) stop();
      wait();
      for await (const chunk of source) {
        clearTimeout(timer);
        reading.bytes += (chunk as Buffer).length;
        if (reading.bytes > body) {
          reading.failure = new Refusal('too-large', `An import may have at most ${body} bytes.`);
          throw reading.failure;
        }
        yield chunk as Buffer;
        wait();
      }
    } catch (error) {
      reading.failure ??= error;
      throw reading.failure;
    } finally {
      clearTimeout(timer);
      this.#stopped.signal.removeEventListener('abort', stop);
    }
  }
}

/** Retries a batch that failed because of a deadlock or a short outage of PostgreSQL. */
async function repeatedly(work: () => Promise<Written>, log: Log): Promise<Written> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isUnavailable(error)) throw error;
      log.warn({ err: error }, 'writing imported lines failed: retrying');
      await sleep(RETRY_DELAY_MS * attempt);
    }
  }
}

const BATCH_LINES = 1000;
const BATCH_BYTES = 1024 * 1024;
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 200;

interface Reading {
  bytes: number;
  /** The error for which reading the body stopped early. */
  failure?: unknown;
}

interface ImporterDeps {
  config: ApiConfig;
  db: Database;
  redis: RedisConnection;
  log: Log;
}
