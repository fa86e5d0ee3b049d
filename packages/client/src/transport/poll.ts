import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { Alarm } from '../alarm.ts';
import { overHttp } from './http.ts';
import type { OpenWire } from './transport.ts';

/** Ms that a poll waits for something to come. */
const WAIT = 25_000;

/** Ms after which a poll surely has begun, and ms between two looks at those who are watched. */
const BEGUN = 300;
const LOOK = 10_000;

/**
 * Wires over long polling. There is never more than one poll at a time. Who is watched is known to the poll that was there when it was
 * said, and its answer ends it: so that is said again now and then.
 */
export function polls(fetcher: typeof fetch): OpenWire {
  return overHttp(fetcher, async (wire) => {
    const { get, target, listener, send } = wire;
    const looking = new Alarm();
    let watched: ClientFrame | undefined;
    let looked = 0;
    const look = () =>
      watched &&
      caughtUp &&
      looking.set(Math.max(BEGUN, looked + LOOK - Date.now()), () => {
        looked = Date.now();
        send(watched as ClientFrame);
      });
    wire.watch = (frame) => {
      watched = frame;
      looked = 0;
      look();
    };
    let began = false;
    let caughtUp = false;
    for (;;) {
      // Until there is nothing more, polls do not wait: that is how the end of what was missed is known.
      look();
      const response = await get('poll', { timeout: String(caughtUp ? WAIT : 0) }).finally(() => looking.clear());
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
