import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import pg from 'pg';

/**
 * Writes a physical copy of a running PostgreSQL to a new tar file, by the replication protocol, as
 * `pg_basebackup` does. The copy contains the write-ahead log that its recovery needs. Needs the
 * rights of a superuser or of replication.
 *
 * @throws Error if PostgreSQL has tablespaces, which would need a tar file each
 */
export async function writeBaseBackup(url: string, file: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, replication: 'true' } as pg.ClientConfig);
  await client.connect();
  const target = openSync(file, 'wx', 0o600);
  try {
    await new Promise<void>((resolve, reject) => {
      client.query(new BaseBackup(target, resolve, reject) as unknown as pg.Submittable);
    });
    fsyncSync(target);
  } finally {
    closeSync(target);
    await client.end();
  }
}

/** The command BASE_BACKUP. `pg` calls the methods with the messages of the server. */
class BaseBackup {
  readonly #target: number;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  #archives = 0;
  #isArchive = false;
  #failure: Error | undefined;

  constructor(target: number, resolve: () => void, reject: (error: Error) => void) {
    this.#target = target;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection): void {
    connection.query("BASE_BACKUP (LABEL 'parley', CHECKPOINT 'fast', WAL true)");
  }

  /** Receives a part of an archive, or of the list of files. The first byte is its type. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const type = String.fromCharCode(chunk[0] ?? 0);
    if (type === 'n') {
      this.#archives += 1;
      this.#isArchive = true;
    } else if (type === 'm') this.#isArchive = false;
    if (type !== 'd' || !this.#isArchive || this.#failure) return;
    try {
      writeAll(this.#target, chunk.subarray(1));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  handleError(error: Error): void {
    this.#failure ??= error;
    this.#reject(this.#failure);
  }

  handleReadyForQuery(): void {
    if (this.#archives > 1) this.#failure ??= new Error('PostgreSQL has tablespaces, which are not copied');
    if (this.#failure) this.#reject(this.#failure);
    else this.#resolve();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
}

function writeAll(target: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(target, bytes, at);
}
