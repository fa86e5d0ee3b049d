import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../env/read-env.ts';
import { traceConfig, traceVariables } from './config.ts';
import { Traces } from './traces.ts';

const log = { warn: () => {} };

function create(ratio: number, url = 'http://127.0.0.1:9/v1/traces', warn: (...said: unknown[]) => void = log.warn) {
  const config = { url, headers: {}, ratio };
  return new Traces({ config, service: 'test', instance: 'one', log: { warn } });
}

describe('traces', () => {
  it('processes with the same sampling ratio trace the same messages', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.constantFrom(0.01, 0.25, 0.5), (start, ratio) => {
        const [one, other] = [create(ratio), create(ratio)];
        // Ids of messages, one per ms.
        const ids = Array.from({ length: 4000 }, (_, i) => (start + i) * 4096);
        const chosen = ids.filter((id) => one.samples(id));
        expect(chosen).toEqual(ids.filter((id) => other.samples(id)));
        expect(Math.abs(chosen.length / ids.length - ratio)).toBeLessThan(0.05);
      }),
      { numRuns: 30 },
    );
    expect(create(1).samples(243939930087424)).toBe(true);
    expect(create(0).samples(243939930087424)).toBe(false);
  });

  it('Traces drops spans while the collector is unavailable, and logs this once', async () => {
    const told: unknown[] = [];
    const traces = create(1, undefined, (...said) => told.push(said));
    const step = { name: 'deliver', message: { id: 1, conversation: '1_2' }, start: 1, end: 2 } as const;
    for (let i = 0; i < 10_000; i++) traces.add(step);
    await traces.stop();
    traces.add(step);
    await traces.stop();
    expect(told).toHaveLength(1);
  });

  it('the spans of a message have the same trace id in every process', async () => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(await text(request));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
    for (const name of ['send', 'deliver'] as const) {
      const traces = create(1, url);
      traces.add({
        name,
        message: { id: 7, conversation: '1_2' },
        start: 1_700_000_000_000.25,
        end: 1_700_000_000_001,
      });
      await traces.stop();
    }
    await new Promise((resolve) => server.close(resolve));
    const [send, deliver] = bodies.map((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0]);
    expect(deliver.traceId).toBe(send.traceId);
    expect(deliver.parentSpanId).toBe(send.spanId);
    expect(send).toMatchObject({ startTimeUnixNano: '1700000000000250000', endTimeUnixNano: '1700000000001000000' });
  });

  it('the variables of OpenTelemetry configure tracing', () => {
    const read = (env: Record<string, string>) => traceConfig(readEnv(env, traceVariables));
    expect(read({})).toBeUndefined();
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318/';
    const OTEL_EXPORTER_OTLP_HEADERS = 'api-key=a%20key=,tenant=7';
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS })).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: { 'api-key': 'a key=', tenant: '7' },
      ratio: 0.01,
    });
    expect(() => read({ OTEL_TRACES_SAMPLER_ARG: 'all' })).toThrow('must be a number from 0 to 1');
  });
});
