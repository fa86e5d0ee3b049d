import type { ServerFrame } from '@parley/protocol';
import { afterClose } from './close-codes.ts';
import { overHttp } from './http.ts';
import { type OpenWire, readStream } from './transport.ts';

/** Wires over server-sent events, read from `fetch` since an `EventSource` cannot send the token. */
export function eventStreams(fetcher: typeof fetch): OpenWire {
  return overHttp(fetcher, async ({ get, listener }) => {
    const { body } = await get('events');
    const reader = (body as NonNullable<typeof body>).pipeThrough(new TextDecoderStream()).getReader();
    const frame = readStream(listener);
    const read = createEventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw afterClose(1006);
      listener.alive();
      for (const { type, data } of read(value)) {
        const said = JSON.parse(data);
        if (type === 'close') throw afterClose(said.code, said.reason);
        if (type === 'message') frame(said as ServerFrame);
      }
    }
  });
}

/** Reads the text of an event stream as it comes. Comments are left out; `data` is one line and follows `event`, as gateways write it. */
export function createEventReader(): (text: string) => StreamEvent[] {
  let rest = '';
  return (text) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop() as string;
    return events.flatMap((event) => {
      const [, type = 'message', data] = /(?:^event: ?(.*)\n)?^data: ?(.*)$/m.exec(event) ?? [];
      return data ? [{ type, data }] : [];
    });
  };
}

interface StreamEvent {
  type: string;
  data: string;
}
