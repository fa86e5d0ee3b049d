import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@parley/stack';
import { Crew } from '../../overload/hostile/crew.ts';
import type { Fault } from './fault.ts';

/**
 * Lets eight hostile users attack for a while: they query unknown users, flood a group, upload
 * bombs, guess passwords and open connections. The other users must not notice.
 */
export const hostileUsers: Fault = {
  name: 'eight hostile users',
  weight: 2,
  takes: ['hostile', 'api'],
  strike: async ({ system: { stack }, population, scale }, random) => {
    const ms = Math.round(random.whole(5000, 20_000) * scale);
    const gateways = stack.gatewayUrls.map((url) => url.replace('http', 'ws'));
    const gather = () => Crew.gather({ api: stack.apiUrl, gateways }, (a, b) => population.product.befriend(a, b));
    // Retries, because Redis or PostgreSQL might be unavailable.
    const crew = await waitFor(gather, { timeout: 120_000, interval: 1000 });
    const stop = new AbortController();
    const acting = crew.act(stop.signal);
    await delay(ms);
    stop.abort();
    await acting;
    const replies = Object.values(crew.counts()).flatMap((counts) => Object.entries(counts));
    const internal = replies.filter(([code]) => /internal|\b500|closed 1011/.test(code));
    if (internal.length > 0) throw new Error(`a server failed: ${JSON.stringify(internal)}`);
    const refused = replies.filter(([code]) => /too-many|429/.test(code)).reduce((sum, [, count]) => sum + count, 0);
    return `for ${ms} ms; ${refused} refused as too many`;
  },
};
