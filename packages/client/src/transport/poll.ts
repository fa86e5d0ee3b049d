import type { ServerFrame } from '@parley/protocol';
import { afterStatus } from './close-codes.ts';
import { FramePoster } from './post-frames.ts';
import { type Closed, type OpenWire, urlOf } from './transport.ts';

/** Ms that a poll waits for something to come. */
const WAIT = 25_000;

/** Wires over long polling and `POST /v1/frames`. There is never more than one poll at a time. */
export function polls(fetcher: typeof fetch): OpenWire {
  return (target, listener) => {
    const abort = new AbortController();
    const mine = { ...target };
    const closed = (reason: Closed) => {
      if (abort.signal.aborted) return;
      abort.abort();
      listener.closed(reason);
    };
    const poster = new FramePoster(mine, { ...listener, closed }, fetcher, abort.signal);
    const run = async () => {
      let began = false;
      let caughtUp = false;
      while (!abort.signal.aborted) {
        // Until there is nothing more, polls do not wait: that is how the end of what was missed is known.
        const response = await fetcher(urlOf(mine, 'poll', { timeout: String(caughtUp ? WAIT : 0) }), {
          headers: { authorization: `Bearer ${mine.token}` },
          signal: abort.signal,
        });
        if (!response.ok) return closed(afterStatus(response.status, await response.text()));
        const { cursor, recovered, frames } = (await response.json()) as Polled;
        if (abort.signal.aborted) return;
        listener.alive();
        const events = frames.some(({ type }) => type === 'event');
        if (!began || !recovered) {
          // The answer's cursor lies behind its events, so only without any does it say where they begin.
          listener.welcome({ cursor: events ? null : cursor, recovered, heartbeat: 2 * WAIT, maxInFlight: 1 });
          began = true;
          caughtUp = false;
        }
        for (const frame of frames) if (!abort.signal.aborted) listener.frame(frame);
        mine.cursor = cursor;
        if (caughtUp || events || abort.signal.aborted) continue;
        caughtUp = true;
        listener.caughtUp();
      }
    };
    run().catch((error) => closed(afterStatus(0, String(error))));
    return { send: (frame) => poster.send(frame), close: () => abort.abort() };
  };
}

interface Polled {
  cursor: string;
  recovered: boolean;
  frames: Exclude<ServerFrame, { type: 'welcome' }>[];
}
