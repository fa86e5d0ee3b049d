import { type IncomingMessage, request } from 'node:http';
import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { Line, type Target } from './line.ts';
import { postFrame } from './post-frame.ts';

/** A client over server-sent events. It sends frames with `POST /v1/frames`. */
export class StreamLine extends Line {
  /** Number of comments that were received. */
  comments = 0;
  /**
   * The id of the last event that has an id. Like a browser, the client sends it as
   * `Last-Event-ID`.
   */
  lastEventId = '';
  readonly #target: Target;
  readonly #request: ReturnType<typeof request>;
  #response: IncomingMessage | undefined;
  #rest = '';

  constructor(target: Target) {
    super();
    this.#target = target;
    const { http, token, query, headers } = target;
    this.#request = request(`${http}/v1/events?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
      agent: false,
    });
    this.#request.on('response', (response) => this.#read(response));
    this.#request.on('error', () => this.end({ code: 1006 }));
    this.#request.end();
  }

  async ask(frame: ClientFrame): Promise<ServerFrame | undefined> {
    return (await postFrame(this.#target, frame)).body as ServerFrame | undefined;
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  hangUp(): void {
    this.#request.destroy();
  }

  #read(response: IncomingMessage): void {
    const { statusCode = 0 } = response;
    this.#response = response;
    if (statusCode !== 200) {
      response.resume();
      return this.end({ status: statusCode });
    }
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const blocks = (this.#rest + text).split('\n\n');
      this.#rest = blocks.pop() as string;
      for (const block of blocks) this.#readBlock(block);
    });
    response.on('end', () => this.end({ code: 1006 }));
    response.on('error', () => this.end({ code: 1006 }));
  }

  #readBlock(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]));
    if (fields.has('')) this.comments += 1;
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const data = fields.get('data');
    if (fields.get('event') === 'close') this.end({ code: JSON.parse(data ?? '').code });
    else if (data !== undefined) this.take(JSON.parse(data) as ServerFrame);
    else this.look();
  }
}
