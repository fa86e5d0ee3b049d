import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Decoder, ReplyError } from './decoder.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import type { Argument, Call } from './script.ts';

/** Ms within which replicas must confirm a write. */
const REPLICA_TIMEOUT_MS = 1000;

/**
 * A pipelined RESP connection to one Redis server, for the commands that are sent for each message.
 * Uses 25 to 33 % of the CPU time of a general-purpose client, because it writes once per
 * turn of the event loop and matches replies to commands by their order. Reconnects by itself.
 * While it is down, commands reject at once. When the connection is lost, the commands in flight
 * reject too, although Redis might have executed them.
 */
export class RedisSocket {
  readonly #options: RedisSocketOptions;
  #socket: Socket | undefined;
  #state: 'opening' | 'greeting' | 'open' | 'down' | 'closed' = 'opening';
  #text = '';
  /** Commands of this turn of the event loop whose writes replicas must confirm. */
  #durable: Command[] = [];
  /** Commands that were requested while the connection was being opened. */
  #held: Held[] = [];
  /** Commands sent to Redis. Those from index `#next` on are still without a reply. */
  #waiting: Command[] = [];
  #next = 0;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(options: RedisSocketOptions) {
    this.#options = options;
    this.#open();
  }

  /** Sends a command. With `durable`, resolves only after `replicas` replicas have its writes. */
  call(args: readonly Argument[], durable = false): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'down' || this.#state === 'closed')
        return reject(new RedisUnavailableError('Redis is not reachable'));
      const pending = { args, durable, command: { resolve, reject } };
      if (this.#state === 'open') this.#start(pending);
      else this.#held.push(pending);
    });
  }

  get #busy(): boolean {
    const connected = this.#state === 'open' || this.#state === 'greeting';
    return connected && this.#waiting.length + this.#held.length > 0;
  }

  #start({ args, durable, command }: Held): void {
    if (durable && this.#options.replicas > 0) this.#durable.push(command);
    this.#send(args, command);
  }

  /** Closes the socket and reconnects. Use it when the socket is open but Redis does not reply. */
  reset(): void {
    this.#socket?.destroy();
  }

  /** Waits for the commands in flight, then closes the socket. */
  async close(): Promise<void> {
    // Checks again after each turn, because a reply can cause another command.
    while (this.#busy) await this.call(['PING']).catch(() => {});
    this.#state = 'closed';
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #send(args: readonly Argument[], command: Command): void {
    if (this.#text === '') setImmediate(() => this.#flush());
    this.#text += encode(args);
    this.#waiting.push(command);
  }

  /**
   * Writes the commands of this turn to the socket. Sends a single `WAIT` for all its durable
   * commands, because replicas confirm an offset of the replication stream.
   */
  #flush(): void {
    if (this.#state !== 'open' && this.#state !== 'greeting') return;
    const durable = this.#durable;
    if (durable.length > 0) {
      this.#durable = [];
      const confirmed = new Promise<unknown>((resolve, reject) => {
        this.#send(['WAIT', this.#options.replicas, REPLICA_TIMEOUT_MS], { resolve, reject });
      });
      // Ignores the rejection after a lost connection, because the commands that wait for this
      // confirmation then reject by themselves.
      confirmed.catch(() => {});
      for (const command of durable) hold(command, confirmed, this.#options.replicas);
    }
    this.#socket?.write(this.#text);
    this.#text = '';
  }

  #open(): void {
    const { host, port, tls, username, password, database, name, scripts = [], greet } = this.#options;
    // Sets SNI only for host names, because SNI does not allow IP addresses. TLS checks the
    // certificate against the host in any case.
    const sni = isIP(host) ? {} : { servername: host };
    const socket = tls ? connectTls({ host, port, ...sni }) : connect({ host, port });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    const decoder = new Decoder((value) => this.#settle(value));
    socket.on('data', (chunk) => {
      try {
        decoder.feed(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#lost());
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      this.#state = 'greeting';
      const first = { resolve: () => {}, reject: (error: Error) => socket.destroy(error) };
      if (password) this.#send(['AUTH', ...(username ? [username] : []), password], first);
      if (database) this.#send(['SELECT', database], first);
      this.#send(['CLIENT', 'SETNAME', name], first);
      for (const text of scripts) this.#send(['SCRIPT', 'LOAD', text], ignored);
      if (!greet) return this.#opened();
      const call: Call = (args) => new Promise((resolve, reject) => this.#send(args, { resolve, reject }));
      greet(call).then(
        () => socket === this.#socket && this.#state === 'greeting' && this.#opened(),
        (error) => socket.destroy(error),
      );
    });
    this.#socket = socket;
  }

  #opened(): void {
    this.#state = 'open';
    this.#failures = 0;
    const held = this.#held;
    this.#held = [];
    for (const pending of held) this.#start(pending);
    this.#flush();
  }

  #settle(value: unknown): void {
    const command = this.#waiting[this.#next] as Command;
    this.#next += 1;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else if (this.#next === 1024) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    if (value instanceof ReplyError) command.reject(value);
    else command.resolve(value);
  }

  #lost(): void {
    const unanswered = [...this.#waiting.slice(this.#next), ...this.#held.map(({ command }) => command)];
    [this.#text, this.#waiting, this.#next, this.#durable, this.#held] = ['', [], 0, [], []];
    for (const { reject } of unanswered) reject(new RedisUnavailableError('The connection to Redis was lost'));
    if (this.#state === 'closed') return;
    this.#state = 'down';
    this.#failures += 1;
    this.#options.onDown?.();
    this.#retry = setTimeout(() => this.#open(), this.#options.retryDelay(this.#failures));
  }
}

const ignored: Command = { resolve: () => {}, reject: () => {} };

/**
 * Delays the result of a command until `confirmed` resolves. Rejects the command if fewer than
 * `replicas` replicas confirmed.
 */
function hold(command: Command, confirmed: Promise<unknown>, replicas: number): void {
  const { resolve, reject } = command;
  command.resolve = (value) => {
    confirmed.then((count) => {
      if ((count as number) >= replicas) resolve(value);
      else reject(new RedisUnavailableError(`Only ${count} of ${replicas} replicas confirmed`));
    }, reject);
  };
}

function encode(args: readonly Argument[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) {
    const part = typeof arg === 'string' ? arg : String(arg);
    text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
  }
  return text;
}

interface Held {
  args: readonly Argument[];
  durable: boolean;
  command: Command;
}

interface Command {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface RedisSocketOptions {
  host: string;
  port: number;
  tls: boolean;
  username?: string;
  password?: string;
  database?: number;
  /** Name of the connection that Redis' `CLIENT LIST` shows. */
  name: string;
  /** Lua scripts that the socket loads before any other command. */
  scripts?: readonly string[];
  /** Number of replicas that must have a durable write. 0: none. */
  replicas: number;
  /**
   * Returns the ms to wait before the next attempt to connect, after a number of consecutive
   * failures.
   */
  retryDelay(failures: number): number;
  /**
   * Called on each new connection, before any other command is sent. If it rejects, the socket
   * reconnects.
   */
  greet?: ((call: Call) => Promise<void>) | undefined;
  /** Called when the connection was lost or could not be opened. */
  onDown?(): void;
}
