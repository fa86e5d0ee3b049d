import type { Outcome, Values, Variable } from '../env/read-env.ts';
import { list, text } from '../env/variables.ts';

/** The environment variables of tracing, which have the names that OpenTelemetry defines. */
export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: text({ default: '' }),
  OTEL_EXPORTER_OTLP_HEADERS: list({ default: [] }),
  OTEL_TRACES_SAMPLER_ARG: ratio(0.01),
};

/** Returns the settings of tracing. Undefined if tracing is off. */
export function traceConfig(values: Values<typeof traceVariables>): TraceConfig | undefined {
  if (values.OTEL_EXPORTER_OTLP_ENDPOINT === '') return undefined;
  const headers = values.OTEL_EXPORTER_OTLP_HEADERS.map((entry) => entry.split(/=(.*)/s, 2) as [string, string]);
  return {
    url: `${values.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`,
    headers: Object.fromEntries(headers.map(([name, value = '']) => [name, decodeURIComponent(value)])),
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

function ratio(usual: number): Variable<number> {
  return {
    read(value): Outcome<number> {
      const number = value === '' ? usual : Number(value);
      if (number >= 0 && number <= 1) return { ok: true, value: number };
      return { ok: false, problem: `must be a number from 0 to 1, not ${JSON.stringify(value)}` };
    },
  };
}

export interface TraceConfig {
  /** URL of the OpenTelemetry collector that receives the traces. */
  url: string;
  headers: Record<string, string>;
  /** Fraction of all messages that are traced, from 0 to 1. */
  ratio: number;
}
