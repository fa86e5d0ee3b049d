import type { FrameOf } from '@parley/protocol';
import type { LocalUser } from '../users/local-user.ts';
import type { FrameSender } from './frame-sender.ts';

/** Maximum number of chunks in one command to Redis. */
const MAX_TEXTS = 500;

/**
 * Batches the chunks of text that connections append to streamed messages, so that Redis and the
 * gateways of the readers process fewer messages. Writes the first chunk at once, and collects the
 * next ones for `window` ms.
 */
export class StreamAppends {
  readonly #window: number;
  readonly #write: (user: LocalUser, batch: AppendBatch) => Promise<void>;
  readonly #failed: (sender: FrameSender, batch: AppendBatch, error: unknown) => void;
  readonly #streams = new Map<string, OpenStream>();

  /**
   * @param window ms
   * @param write appends chunks to a streamed message of a user
   * @param failed called when the chunks of a connection could not be appended
   */
  constructor({ window, write, failed }: StreamAppendsOptions) {
    this.#window = window;
    this.#write = write;
    this.#failed = failed;
  }

  /**
   * Appends a chunk. If the sender has a connection, resolves at once, and sends an error frame
   * later if the chunk is rejected. Without a connection, resolves when the chunk is appended, or
   * rejects.
   */
  async append(sender: FrameSender, frame: Append): Promise<undefined> {
    const { user } = sender;
    const { chat, id, index, text, ref } = frame;
    const batch: AppendBatch = { chat, id, index, texts: [text], refs: ref === undefined ? [] : [ref] };
    const key = keyOf(user, frame);
    const stream = this.#streams.get(key) ?? { batches: [], writing: undefined, timer: undefined };
    this.#streams.set(key, stream);
    if (!sender.connection)
      return await new Promise((resolve, reject) => {
        stream.batches.push({ sender, batch, waiting: { resolve: () => resolve(undefined), reject } });
        if (!stream.writing) this.#writeAll(key, stream);
      });
    const last = stream.batches.at(-1);
    if (last?.sender === sender && isNext(last.batch, index)) {
      last.batch.texts.push(text);
      last.batch.refs.push(...batch.refs);
    } else stream.batches.push({ sender, batch });
    if (!stream.timer && !stream.writing) this.#writeAll(key, stream);
  }

  /**
   * Resolves when all chunks that were passed to `append` for a streamed message are written or
   * rejected.
   */
  async flush(user: LocalUser, of: { chat: number; id: number }): Promise<void> {
    const key = keyOf(user, of);
    const stream = this.#streams.get(key);
    if (stream) await this.#flush(key, stream);
  }

  /** Writes the collected chunks of all streamed messages. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#streams].map(async ([key, stream]) => {
        await this.#flush(key, stream);
        clearTimeout(stream.timer);
      }),
    );
  }

  async #flush(key: string, stream: OpenStream): Promise<void> {
    // Repeats, because another call of `flush` that waited for the same write might have started
    // the next one.
    while (stream.writing || stream.batches.length > 0) await (stream.writing ?? this.#writeAll(key, stream));
  }

  #writeAll(key: string, stream: OpenStream): Promise<void> {
    clearTimeout(stream.timer);
    stream.timer = undefined;
    stream.writing = this.#writeBatches(stream).finally(() => {
      stream.writing = undefined;
      stream.timer = setTimeout(() => {
        stream.timer = undefined;
        if (stream.batches.length > 0) this.#writeAll(key, stream);
        else this.#streams.delete(key);
      }, this.#window);
    });
    return stream.writing;
  }

  async #writeBatches(stream: OpenStream): Promise<void> {
    for (let next = stream.batches.shift(); next; next = stream.batches.shift()) {
      const { sender, batch, waiting } = next;
      try {
        await this.#write(sender.user, batch);
        waiting?.resolve();
      } catch (error) {
        if (waiting) waiting.reject(error);
        else this.#failed(sender, batch, error);
      }
    }
  }
}

function keyOf(user: LocalUser, { chat, id }: { chat: number; id: number }): string {
  return `${user.id}:${chat}:${id}`;
}

function isNext({ index, texts }: AppendBatch, next: number): boolean {
  return next === index + texts.length && texts.length < MAX_TEXTS;
}

/** Consecutive chunks of a streamed message. */
export interface AppendBatch {
  chat: number;
  id: number;
  /** Index of the first chunk. */
  index: number;
  texts: string[];
  /** Refs of the frames that contained the chunks. */
  refs: string[];
}

export interface StreamAppendsOptions {
  window: number;
  write(user: LocalUser, batch: AppendBatch): Promise<void>;
  failed(sender: FrameSender, batch: AppendBatch, error: unknown): void;
}

interface OpenStream {
  /** Chunks that are not written yet. */
  batches: QueuedBatch[];
  writing: Promise<void> | undefined;
  /** Timer that writes the next chunks. */
  timer: NodeJS.Timeout | undefined;
}

interface QueuedBatch {
  sender: FrameSender;
  batch: AppendBatch;
  /**
   * Set if the sender has no connection: settles the sender's HTTP request when the chunk is
   * written.
   */
  waiting?: { resolve(): void; reject(error: unknown): void };
}

type Append = Extract<FrameOf<'stream'>, { op: 'append' }>;
