import type { ClientFrame, EventFrame, ServerFrame } from '@parley/protocol';

/**
 * A client of one transport, as the tests that all transports pass see it. It keeps everything it
 * gets.
 */
export abstract class Line {
  /** All frames that came but the welcome. */
  readonly frames: ServerFrame[] = [];
  /** What the welcome, or the first poll, contained. */
  opened: Opened | undefined;
  /** How it ended: by a code of the protocol, or by the status of an HTTP answer. */
  ended: Ended | undefined;
  /** Where it is. */
  cursor = '';
  readonly #watchers = new Set<() => void>();

  /**
   * Sends a frame and resolves with its reply; undefined when it has none. Only a frame with a
   * `ref` is sure to have one.
   */
  abstract ask(frame: ClientFrame): Promise<ServerFrame | undefined>;
  /** Reads nothing more until `resume`. */
  abstract pause(): void;
  abstract resume(): void;
  /** Hangs up. */
  abstract hangUp(): void;

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame): frame is EventFrame => frame.type === 'event');
  }

  /** The texts of the messages that came, in order. */
  get heard(): string[] {
    return this.events.flatMap(({ event }) =>
      event.kind === 'message' && event.body.type === 'text' ? [event.body.text] : [],
    );
  }

  untilOpened(): Promise<Opened> {
    return this.until(() => this.opened, 'opened');
  }

  untilEnded(): Promise<Ended> {
    return this.until(() => this.ended, 'ended');
  }

  untilHeard(count: number): Promise<true> {
    return this.until(() => this.heard.length >= count, `${count} messages`);
  }

  /** Resolves with the first result of `look` that is not undefined or false. */
  until<T>(look: () => T | undefined | false, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(late);
        this.#watchers.delete(watcher);
      };
      const late = setTimeout(() => {
        stop();
        const { heard, ended, frames } = this;
        reject(new Error(`not ${what}: ${JSON.stringify({ heard: heard.length, ended, last: frames.slice(-2) })}`));
      }, 10_000);
      const watcher = () => {
        const found = look();
        if (found === undefined || found === false) return;
        stop();
        resolve(found);
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  protected open({ cursor, recovered }: Opened): void {
    this.opened = { cursor, recovered };
    this.cursor = cursor;
    this.look();
  }

  protected take(frame: ServerFrame): void {
    if (frame.type === 'welcome') return this.open(frame);
    this.frames.push(frame);
    if (frame.type === 'event') this.cursor = frame.cursor;
    this.look();
  }

  protected end(ended: Ended): void {
    this.ended ??= ended;
    this.look();
  }

  protected look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Where a client connects, and with which token. */
export interface Target {
  /** `http://…` of the gateway. */
  http: string;
  token: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

/** Starts a client of one transport; nothing is awaited. */
export type OpenLine = (target: Target) => Line;

export interface Opened {
  cursor: string;
  recovered: boolean;
}

export interface Ended {
  code?: number;
  status?: number;
}
