import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Ms after the first bytes of an event stream at which the proxy ends the stream. */
const STREAM_TIME = 50;

/**
 * Starts a proxy for a gateway. It ends each event stream soon after the first bytes, because
 * schemathesis reads every response to its end. It passes on everything else unchanged.
 */
export async function startEndingStreams(target: string): Promise<EndingStreams> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming;
    const forwarded = request(new URL(url, target), { method, headers, agent: false }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
      if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
      response.once('data', () => {
        setTimeout(() => {
          response.unpipe(outgoing);
          outgoing.end();
          forwarded.destroy();
        }, STREAM_TIME);
      });
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface EndingStreams extends AsyncDisposable {
  url: string;
}
