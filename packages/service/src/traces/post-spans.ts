import type { TraceConfig } from './config.ts';

/** Ms without a response after which a collector counts as unavailable. */
const TIMEOUT_MS = 5000;

/**
 * Sends spans to a collector by OTLP over HTTP, as JSON. Rejects if the collector does not accept
 * them.
 */
export async function postSpans(config: TraceConfig, resource: Resource, spans: readonly Span[]): Promise<void> {
  const { service, instance } = resource;
  const attributes = toAttributes({
    'service.namespace': 'parley',
    'service.name': `parley-${service}`,
    'service.instance.id': instance,
  });
  const scopeSpans = [{ scope: { name: 'parley' }, spans: spans.map(toOtlp) }];
  const response = await fetch(config.url, {
    method: 'POST',
    headers: { ...config.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the collector responded ${response.status}`);
}

function toOtlp({ traceId, spanId, parentSpanId, name, start, end, attributes }: Span): object {
  return {
    ...{ traceId, spanId, name },
    ...(parentSpanId !== undefined && { parentSpanId }),
    kind: kinds[name] ?? INTERNAL,
    startTimeUnixNano: toNanoseconds(start),
    endTimeUnixNano: toNanoseconds(end),
    attributes: toAttributes(attributes),
    status: {},
  };
}

const INTERNAL = 1;
const kinds: Record<string, number> = { send: 4, deliver: 5, record: 5 };

function toAttributes(values: Record<string, string | number | boolean>): object[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) } };
  });
}

function toNanoseconds(ms: number): string {
  return (BigInt(Math.round(ms * 1000)) * 1000n).toString();
}

/** The process that sends the spans. */
export interface Resource {
  service: string;
  instance: string;
}

/** A span. Ids are hexadecimal, and times are in Unix ms. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  start: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
}
