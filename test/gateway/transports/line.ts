import type { ClientFrame, EventFrame, ServerFrame } from '@parley/protocol';

/**
 * A client of one transport, for tests that run with every transport. It stores all frames that it
 * receives.
 */
export abstract class Line {
  /** All received frames except the welcome frame. */
  readonly frames: ServerFrame[] = [];
  /** Contents of the welcome frame or of the response to the first poll. */
  opened: Opened | undefined;
  /** How the connection ended: the protocol's close code, or the status of an HTTP response. */
  ended: Ended | undefined;
  /** Cursor of the last received event. */
  cursor = '';
  readonly #watchers = new Set<() => void>();

  /**
   * Sends a frame and resolves with its reply. Resolves with undefined if the frame has no `ref`
   * and gets no reply.
   */
  abstract ask(frame: ClientFrame): Promise<ServerFrame | undefined>;
  /** Stops reading until `resume` is called. */
  abstract pause(): void;
  abstract resume(): void;
  /** Closes the connection. */
  abstract hangUp(): void;

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
  }

  get events(): EventFrame[] {
    return this.frames.filter((frame): frame is EventFrame => frame.type === 'event');
  }

  /** Returns the texts of the received messages, in order of arrival. */
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

  /** Resolves with the first result of `look` that is neither undefined nor false. */
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
      }, 30_000);
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

/** Where and with which token a client connects. */
export interface Target {
  /** Root URL of the gateway, `http://…`. */
  http: string;
  token: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

/** Starts a client of one transport. Returns before the client is connected. */
export type OpenLine = (target: Target) => Line;

export interface Opened {
  cursor: string;
  recovered: boolean;
}

export interface Ended {
  code?: number;
  status?: number;
}
