import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { platform } from 'node:process';
import type { Readable } from 'node:stream';

/**
 * A child process for work that could block this process or use up its memory. It handles one job
 * at a time. A job that runs longer than `timeout`, or uses more than `memory`, is killed with its
 * process, and the next job gets a new process. The process starts with the first job and ends
 * after `idle` ms without a job.
 *
 * Jobs of different owners take turns, so that an owner with many waiting jobs delays other owners
 * by one job at most.
 */
export class SideProcess<Job, Result> {
  readonly #options: SideProcessOptions;
  /** Waiting jobs by owner. The order of the Map is the order in which owners take turns. */
  readonly #waiting = new Map<string, Waiting<Job, Result>[]>();
  #count = 0;
  #child: ChildProcess | undefined;
  /** The child process, once it has loaded its module. */
  #loaded: ChildProcess | undefined;
  #running: Waiting<Job, Result> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SideProcessOptions) {
    this.#options = options;
  }

  /**
   * Runs a job and resolves with its result.
   *
   * @param owner user or address for which the job runs
   * @param open opens a stream of bytes for the job. It is called when the job begins. The child
   * process receives the bytes as messages `{chunk}`, followed by `{end}`. The stream is destroyed
   * when the job ends. An error of the stream rejects the job
   * @throws SideProcessBusy if the owner or all owners together have too many waiting jobs
   * @throws JobKilled if the job used too much time or memory
   */
  run(owner: string, job: Job, open?: () => Readable): Promise<Result> {
    const { maxPerOwner, maxWaiting } = this.#options;
    const own = this.#waiting.get(owner) ?? [];
    if (this.#stopped || own.length >= maxPerOwner || this.#count >= maxWaiting) {
      return Promise.reject(new SideProcessBusy());
    }
    return new Promise((resolve, reject) => {
      own.push({ owner, job, open, resolve, reject });
      this.#waiting.set(owner, own);
      this.#count += 1;
      this.#next();
    });
  }

  /** Number of jobs that are waiting or running. */
  get load(): number {
    return this.#count + (this.#running === undefined ? 0 : 1);
  }

  /** Returns whether a job of the owner is waiting or running. */
  has(owner: string): boolean {
    return this.#running?.owner === owner || this.#waiting.has(owner);
  }

  /** Ends the process. Rejects the jobs that are waiting or running. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { reject } of [...this.#waiting.values()].flat()) reject(new SideProcessBusy());
    this.#waiting.clear();
    this.#count = 0;
    this.#child?.kill('SIGKILL');
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const [owner] = this.#waiting.keys();
    if (owner === undefined) return;
    const own = this.#waiting.get(owner) as Waiting<Job, Result>[];
    this.#running = own.shift() as Waiting<Job, Result>;
    this.#count -= 1;
    // Moves the owner to the end of the queue.
    this.#waiting.delete(owner);
    if (own.length > 0) this.#waiting.set(owner, own);
    this.#child ??= this.#start();
    this.#killAfter(this.#loaded === this.#child ? this.#options.timeout : START_TIME);
    this.#child.send(this.#running.job as object, (error) => error && this.#kill());
    if (this.#running.open) this.#stream(this.#running, this.#child, this.#running.open());
  }

  async #stream(job: Waiting<Job, Result>, child: ChildProcess, input: Readable): Promise<void> {
    job.input = input;
    // Ignores an error of the stream after the job has ended, when no loop reads the stream any
    // more.
    input.on('error', () => {});
    try {
      for await (const chunk of input) {
        if (this.#running !== job) return;
        await send(child, { chunk });
      }
      if (this.#running === job) await send(child, { end: true });
    } catch (error) {
      if (this.#running !== job || !input.errored) return;
      this.#child = undefined;
      child.kill('SIGKILL');
      this.#finish(({ reject }) => reject(error as Error));
    }
  }

  #killAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(), ms);
  }

  #kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #start(): ChildProcess {
    const { file, memory } = this.#options;
    const [program, args] = bounded(memory, [process.execPath, '--max-old-space-size=64', file]);
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      // Passes on only the environment variables that the dynamic linker and Node need.
      env: Object.fromEntries(passedOn.map((name) => [name, process.env[name]]).filter(([, value]) => value)),
    });
    lowerPriority(child.pid);
    child.on('message', (reply: Reply<Result> | { ready: true }) => {
      if (this.#child !== child) return;
      if (!('ready' in reply)) return this.#finish((job) => settle(job, reply));
      this.#loaded = child;
      if (this.#running !== undefined) this.#killAfter(this.#options.timeout);
    });
    child.on('error', () => this.#gone(child));
    child.on('exit', () => this.#gone(child));
    child.unref();
    child.channel?.unref();
    return child;
  }

  #gone(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#finish((job) => job.reject(new JobKilled()));
  }

  #finish(settleJob: (job: Waiting<Job, Result>) => void): void {
    clearTimeout(this.#timer);
    const job = this.#running;
    this.#running = undefined;
    job?.input?.destroy();
    if (job !== undefined) settleJob(job);
    this.#next();
    if (this.#running === undefined && !this.#stopped) {
      this.#timer = setTimeout(() => this.#retire(), this.#options.idle).unref();
    }
  }

  #retire(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
  }
}

/**
 * Priority (nice value) of the child process. Services have 0, and higher numbers mean lower
 * priority.
 */
const PRIORITY = 5;

/**
 * Lowers the priority of the child process, so that it does not delay the messages of other
 * processes on this machine, even if it uses a whole core.
 */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // Ignores the error: the process has already ended, or the operating system does not permit the
    // change.
  }
}

/** Ms within which a child process must load its module. */
const START_TIME = 60_000;

/**
 * Returns a command that runs a program with limited memory. On Linux, uses the shell's `ulimit
 * -d`, which counts every private writable mapping, including those of native libraries. Adds the
 * memory that an idle Node has mapped, because Node reserves 512 MiB for machine code since version
 * 24. On other systems, memory is not limited.
 */
function bounded(bytes: number, command: readonly [string, ...string[]]): [string, string[]] {
  const [program, ...args] = command;
  if (platform !== 'linux') return [program, args];
  return ['/bin/sh', ['-c', LIMIT, String(Math.ceil(bytes / 1024)), IDLE_KIB, ...command]];
}

/** A script that prints how many KiB an idle Node process has mapped. */
const IDLE_KIB = `/VmData:\\s*(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1]`;

/**
 * A shell script that sets the limit and runs the command. Its arguments are the KiB allowed in
 * addition to an idle Node, `IDLE_KIB`, and the command.
 */
const LIMIT = 'idle=$("$2" -p "$1" 2>/dev/null) || idle=0; ulimit -d "$((idle + $0))" && shift && exec "$@"';

/**
 * Sends a message to a child process. Resolves when it was sent, so that only one chunk at a time
 * is in memory. Rejects if the process has ended.
 */
function send(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => child.send(message, (error) => (error ? reject(error) : resolve())));
}

function settle<Job, Result>({ resolve, reject }: Waiting<Job, Result>, reply: Reply<Result>): void {
  if ('error' in reply) reject(new Error(reply.error));
  else resolve(reply.result);
}

/** Thrown if too many jobs are waiting. */
export class SideProcessBusy extends Error {
  override name = 'SideProcessBusy';
}

/** Thrown if a job used too much time or memory and its process was killed. */
export class JobKilled extends Error {
  override name = 'JobKilled';
}

const passedOn = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'TMPDIR', 'SystemRoot'];

export interface SideProcessOptions {
  /**
   * Path of a JavaScript module that the child process loads. The module sends `{ready: true}` when
   * it can receive jobs, and replies to each message `job` with `{result}` or `{error}`.
   */
  file: string;
  /**
   * Maximum private memory of the process in bytes, in addition to an idle Node. Enforced only on
   * Linux.
   */
  memory: number;
  /** Maximum duration of one job in ms, without the start of the process. */
  timeout: number;
  /** Ms without a job after which the process ends. */
  idle: number;
  /**
   * Maximum number of waiting jobs of one owner; `maxWaiting` is the maximum of all owners
   * together.
   */
  maxPerOwner: number;
  maxWaiting: number;
}

interface Waiting<Job, Result> {
  owner: string;
  job: Job;
  open: (() => Readable) | undefined;
  input?: Readable;
  resolve(result: Result): void;
  reject(error: Error): void;
}

type Reply<Result> = { result: Result } | { error: string };
