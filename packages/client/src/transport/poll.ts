import type { ClientFrame, ServerFrame } from '@parley/protocol';
import type { Fetch } from '../api/fetch.ts';
import { Timer } from '../timer.ts';
import { httpTransport } from './http.ts';
import type { OpenTransport } from './transport.ts';

/** Maximum ms for which the server keeps a poll open while no event arrives. */
const POLL_TIMEOUT_MS = 25_000;

/**
 * Ms from the start of a poll to its `watch` frame, because the gateway must register the poll
 * first.
 */
const WATCH_DELAY_MS = 300;

/** Minimum ms between two `watch` frames. */
const WATCH_INTERVAL_MS = 10_000;

/**
 * Receives frames by long polling, one poll at a time. A `watch` frame takes effect only for the
 * open poll, and the presence frames that follow end this poll. Therefore the transport resends the
 * `watch` frame every `WATCH_INTERVAL_MS`.
 */
export function pollTransport(fetcher: Fetch): OpenTransport {
  return httpTransport(fetcher, async (connection) => {
    const { get, target, listener, send } = connection;
    const watchTimer = new Timer();
    let watch: ClientFrame | undefined;
    let watchedAt = 0;
    const sendWatch = () =>
      watch &&
      caughtUp &&
      watchTimer.restart(Math.max(WATCH_DELAY_MS, watchedAt + WATCH_INTERVAL_MS - Date.now()), () => {
        watchedAt = Date.now();
        send(watch as ClientFrame);
      });
    connection.watch = (frame) => {
      watch = frame;
      watchedAt = 0;
      sendWatch();
    };
    let welcomed = false;
    let caughtUp = false;
    for (;;) {
      // Polls without waiting until a response is empty. Then every missed event has been received.
      sendWatch();
      const timeout = String(caughtUp ? POLL_TIMEOUT_MS : 0);
      const response = await get('poll', { timeout }).finally(() => watchTimer.clear());
      const { cursor, recovered, frames } = (await response.json()) as PollResponse;
      listener.alive();
      const events = frames.some(({ type }) => type === 'event');
      if (!welcomed || !recovered) {
        // Without events, `cursor` is the position to resume from. With events, it is the position
        // of the last event, which is handled below.
        listener.welcome({ cursor: events ? null : cursor, recovered, heartbeat: 2 * POLL_TIMEOUT_MS, maxInFlight: 1 });
        welcomed = true;
        caughtUp = false;
      }
      for (const frame of frames) listener.frame(frame);
      target.cursor = cursor;
      if (caughtUp || events) continue;
      caughtUp = true;
      listener.caughtUp();
    }
  });
}

interface PollResponse {
  cursor: string;
  recovered: boolean;
  frames: Exclude<ServerFrame, { type: 'welcome' }>[];
}
