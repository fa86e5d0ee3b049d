import type { ServerFrame } from '@parley/protocol';
import { afterClose, afterStatus } from './close-codes.ts';
import { FramePoster } from './post-frames.ts';
import { type Closed, type OpenWire, readStream, urlOf } from './transport.ts';

/** Wires over server-sent events, read from `fetch` since an `EventSource` cannot send the token, and `POST /v1/frames`. */
export function eventStreams(fetcher: typeof fetch): OpenWire {
  return (target, listener) => {
    const abort = new AbortController();
    const closed = (reason: Closed) => {
      if (abort.signal.aborted) return;
      abort.abort();
      listener.closed(reason);
    };
    const poster = new FramePoster({ ...target }, { ...listener, closed }, fetcher, abort.signal);
    const read = readStream(listener);
    const run = async () => {
      const response = await fetcher(urlOf(target, 'events'), {
        headers: { authorization: `Bearer ${target.token}`, accept: 'text/event-stream' },
        signal: abort.signal,
      });
      if (!response.ok || !response.body) return closed(afterStatus(response.status, await response.text()));
      const events = new EventReader();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return closed(afterClose(1006));
        if (abort.signal.aborted) return;
        listener.alive();
        for (const { type, data } of events.read(value)) {
          if (abort.signal.aborted) return;
          if (type === 'message') read(JSON.parse(data) as ServerFrame);
          if (type !== 'close') continue;
          const { code, reason } = JSON.parse(data) as { code: number; reason: string };
          return closed(afterClose(code, reason));
        }
      }
    };
    run().catch((error) => closed(afterStatus(0, String(error))));
    return { send: (frame) => poster.send(frame), close: () => abort.abort() };
  };
}

/** Reads the text of an event stream: comments and what is not ended by an empty line yet are left out. */
export class EventReader {
  #rest = '';

  read(text: string): { type: string; data: string }[] {
    const events = (this.#rest + text).split(/\r?\n\r?\n/);
    this.#rest = events.pop() as string;
    return events.flatMap((event) => {
      let type = 'message';
      const data: string[] = [];
      for (const line of event.split(/\r?\n/)) {
        const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === 'event') type = value;
        if (field === 'data') data.push(value);
      }
      return data.length > 0 ? [{ type, data: data.join('\n') }] : [];
    });
  }
}
