import type { ServerFrame } from '@parley/protocol';
import { overHttp } from './http.ts';
import type { OpenWire } from './transport.ts';

/** Ms that a poll waits for something to come. */
const WAIT = 25_000;

/** Wires over long polling. There is never more than one poll at a time. */
export function polls(fetcher: typeof fetch): OpenWire {
  return overHttp(fetcher, async ({ get, target, listener }) => {
    let began = false;
    let caughtUp = false;
    for (;;) {
      // Until there is nothing more, polls do not wait: that is how the end of what was missed is known.
      const response = await get('poll', { timeout: String(caughtUp ? WAIT : 0) });
      const { cursor, recovered, frames } = (await response.json()) as Polled;
      listener.alive();
      const events = frames.some(({ type }) => type === 'event');
      if (!began || !recovered) {
        // The answer's cursor lies behind its events, so only without any does it say where they begin.
        listener.welcome({ cursor: events ? null : cursor, recovered, heartbeat: 2 * WAIT, maxInFlight: 1 });
        began = true;
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

interface Polled {
  cursor: string;
  recovered: boolean;
  frames: Exclude<ServerFrame, { type: 'welcome' }>[];
}
