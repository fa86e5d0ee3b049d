import type { RedisConnection } from '@parley/redis';
import type { Log, Traces } from '@parley/service';
import { announceMessages } from './announce-messages.ts';
import type { RecorderConfig } from './config.ts';
import type { RecorderMetrics } from './metrics.ts';
import type { PushUsers } from './push/push-users.ts';
import type { Item } from './writer.ts';

/**
 * Queues the webhook events of committed entries, adds the entries' spans to the traces, and counts
 * the entries in the metrics. Rejects if Redis does not accept the events.
 *
 * @param start when the write began, as a value of `performance.now()`
 */
export async function reportCommitted(deps: ReportDeps, items: readonly Item[], start: number): Promise<void> {
  const { redis, config, pushUsers, metrics, traces, log } = deps;
  const entries = items.map(({ entry }) => entry);
  const { webhooks: endpoints, webhookBacklog: most } = config;
  await announceMessages({ redis, endpoints, pushUsers, most, log }, entries);
  if (traces) traceMessages(traces, items, start);
  metrics.committed(
    items.map(({ source, entry }) => ({
      kind: entry.kind,
      accepted: Number.parseInt(source.id, 10),
      bucket: source.lease.bucket,
    })),
  );
}

function traceMessages(traces: Traces, items: readonly Item[], start: number): void {
  const end = traces.now();
  const began = end - (performance.now() - start);
  const attributes = { 'parley.batch': items.length };
  for (const { entry } of items) {
    if (entry.kind !== 'message' || !traces.samples(entry.id)) continue;
    const message = { id: entry.id, conversation: entry.conversation };
    traces.add({ name: 'record', message, start: began, end, attributes });
  }
}

interface ReportDeps {
  redis: RedisConnection;
  config: Pick<RecorderConfig, 'webhooks' | 'webhookBacklog'>;
  /** The users with a push device. Undefined if push is off. */
  pushUsers: PushUsers | undefined;
  metrics: RecorderMetrics;
  /** The collector of spans. Undefined if tracing is off. */
  traces: Traces | undefined;
  log: Log;
}
