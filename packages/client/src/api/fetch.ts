/**
 * Type of the global `fetch`, as the types of browsers, Node.js or React Native declare it.
 * `FetchLike` if none of them is installed.
 */
export type Fetch = typeof globalThis extends { fetch: infer F } ? F : FetchLike;

/** The part of `fetch` that the SDK calls. */
export type FetchLike = (url: string, init?: FetchInit) => Promise<FetchResponse>;

/** The part of the options of `fetch` that the SDK sets. */
export interface FetchInit {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  credentials?: 'include';
  signal?: unknown;
}

/** The part of `Response` that the SDK reads. */
export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

/** The `Response` of the global `fetch`. */
export type Answer = Fetch extends (...args: never[]) => Promise<infer R> ? R : FetchResponse;

/** Options of the global `fetch`, with headers as an object. */
export type Init = Omit<
  NonNullable<Fetch extends (url: never, init?: infer I) => unknown ? I : FetchInit>,
  'headers'
> & { headers?: Record<string, string> };
