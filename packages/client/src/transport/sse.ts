import type { ServerFrame } from '@parley/protocol';
import type { Fetch } from '../api/fetch.ts';
import { afterClose } from './close-codes.ts';
import { httpTransport } from './http.ts';
import { type OpenTransport, readStream } from './transport.ts';

/**
 * Receives server-sent events. Reads them with `fetch`, because `EventSource` cannot send an access
 * token.
 */
export function sseTransport(fetcher: Fetch): OpenTransport {
  return httpTransport(fetcher, async ({ get, listener }) => {
    const { body } = await get('events');
    const reader = (body as NonNullable<typeof body>).pipeThrough(new TextDecoderStream()).getReader();
    const onFrame = readStream(listener);
    const read = createEventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw afterClose(1006);
      listener.alive();
      for (const { type, data } of read(value)) {
        const parsed = JSON.parse(data);
        if (type === 'close') throw afterClose(parsed.code, parsed.reason);
        if (type === 'message') onFrame(parsed as ServerFrame);
      }
    }
  });
}

/**
 * Creates a parser of a server-sent event stream, to be called with each chunk of text. Supports
 * only what gateways send: at most one `event` line, then one `data` line, and comments, which are
 * skipped.
 */
function createEventReader(): (text: string) => StreamEvent[] {
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
