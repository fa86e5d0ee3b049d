import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a process from start to exit.
 *
 * - `start` reads its config, builds the parts, and hands in each one's `stop` as soon as the part runs.
 * - SIGTERM or SIGINT stops the parts once, the last started first, and exits 0; 1 if one of them failed or all took longer than
 *   `stopWithin`. A second signal exits at once.
 * - An error of `start` is told in one line on standard error (and in the log), what ran already is stopped, exit 1.
 * - An uncaught exception is logged, exit 1: the state is unknown, another replica takes over.
 * - An unhandled rejection does the same, or is only logged if `surviveRejections` is set.
 * - With `PARLEY_PARENT_PIPE=1` the end of standard input counts as SIGTERM, so that no process outlives the one that started it.
 */
export async function runService({
  name,
  start,
  env = process.env,
  stopWithin = 30_000,
  surviveRejections = false,
}: RunOptions): Promise<void> {
  const log = createLog({ name });
  const parts: Part[] = [];
  let stopping = false;

  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ reason }, 'stopping');
    const late = setTimeout(() => {
      log.error({ stopWithin }, 'stopping takes too long');
      process.exit(1);
    }, stopWithin);
    const clean = await stopAll(parts, log);
    clearTimeout(late);
    log.info('stopped');
    process.exit(clean ? code : 1);
  };
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  };
  const survive = (error: unknown): void => log.error({ err: error }, 'unhandled rejection');

  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', surviveRejections ? survive : crash);
  if (env.PARLEY_PARENT_PIPE === '1') followParent(() => stopping || stop('parent is gone', 0));

  try {
    await start({ env, log, onStop: (part, stopPart) => parts.push({ name: part, stop: stopPart }) });
    log.info('started');
  } catch (error) {
    if (stopping) return;
    process.stderr.write(`${name} cannot start: ${firstLine(error)}\n`);
    log.fatal({ err: error }, 'cannot start');
    await stop('cannot start', 1);
  }
}

async function stopAll(parts: readonly Part[], log: Log): Promise<boolean> {
  let clean = true;
  for (const part of parts.toReversed()) {
    try {
      await part.stop();
    } catch (error) {
      clean = false;
      log.error({ err: error, part: part.name }, 'cannot stop');
    }
  }
  return clean;
}

function followParent(gone: () => void): void {
  process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
}

function firstLine(error: unknown): string {
  // An AggregateError (a refused connection to a name with several addresses) says nothing itself, its parts do.
  const cause = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n', 1)[0] ?? '';
}

export interface RunOptions {
  /** Names the process in its log. */
  name: string;
  start(service: Service): Promise<void>;
  /** `process.env` when absent. */
  env?: Environment;
  /** How long stopping may take, in ms; 30 s when absent. */
  stopWithin?: number;
  /**
   * Whether the process goes on after an unhandled rejection. For processes whose requests share no
   * state that one of them could leave half changed. Default: false.
   */
  surviveRejections?: boolean;
}

/** What `start` gets. */
export interface Service {
  env: Environment;
  /** The process' log at level `info`; set `log.level` once the config is read. */
  log: Log;
  /** Names a part that runs from now on, and how to stop it. */
  onStop(part: string, stop: () => Promise<void> | void): void;
}

interface Part {
  name: string;
  stop(): Promise<void> | void;
}
