import { clientFrameSchema, limits, readFrame } from '@parley/protocol';
import { table } from '../report/table.ts';

/**
 * Measures the CPU to parse a `send` frame with a text: with `readFrame`, with a handwritten check
 * of the same rules, with only the schema, and, for comparison, with only JSON.parse. The
 * candidates run in turn. Only the fastest round of each counts, because other load on the machine
 * can only add time.
 */
export function frames(): FramesResult[] {
  const texts = Array.from({ length: 64 }, (_, index) =>
    JSON.stringify({
      type: 'send',
      ref: `c${index}`,
      to: 748418 + index,
      body: { type: 'text', text: 'x'.repeat(128) },
    }),
  );
  const values: unknown[] = texts.map((text) => JSON.parse(text));
  const candidates: [name: string, read: (index: number) => boolean][] = [
    ['readFrame', (index) => readFrame(values[index]).ok],
    ['by hand', (index) => isTextSendByHand(values[index])],
    ['schema alone', (index) => clientFrameSchema.safeParse(values[index]).success],
    ['JSON.parse', (index) => JSON.parse(texts[index] as string) !== null],
  ];
  const rounds = candidates.map((): number[] => []);
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    candidates.forEach(([name, read], candidate) => {
      const began = process.hrtime.bigint();
      let accepted = 0;
      for (let call = 0; call < CALLS; call++) if (read(call & 63)) accepted += 1;
      if (accepted !== CALLS) throw new Error(`${name} refused a frame`);
      if (round >= WARMUP) rounds[candidate]?.push(Number(process.hrtime.bigint() - began) / CALLS);
    });
  }
  return candidates.map(([name], candidate) => ({ name, nanoseconds: Math.min(...(rounds[candidate] ?? [])) }));
}

const WARMUP = 10;
const ROUNDS = 41;
const CALLS = 50_000;

/** Checks a `send` frame with a text in handwritten code, by the same rules as the schema. */
function isTextSendByHand(value: unknown): boolean {
  const frame = value as {
    type?: unknown;
    ref?: unknown;
    to?: unknown;
    body?: { type?: unknown; text?: unknown } | null;
  };
  if (typeof frame !== 'object' || frame === null || frame.type !== 'send') return false;
  const { ref, to, body } = frame;
  if (typeof ref !== 'string' || ref === '' || ref.length > limits.ref) return false;
  if (!ref.isWellFormed() || ref.includes('\0')) return false;
  if (typeof to !== 'number' || !Number.isSafeInteger(to) || to < 1) return false;
  if (typeof body !== 'object' || body === null || body.type !== 'text') return false;
  const { text } = body;
  if (typeof text !== 'string' || text === '' || !text.isWellFormed() || text.includes('\0')) return false;
  if (text.length > limits.text && [...text].length > limits.text) return false;
  return Object.keys(frame).length === 4 && Object.keys(body).length === 2;
}

/** Formats one line per candidate. */
export function showFrames(results: FramesResult[]): string {
  return table([['frames', 'ns per frame'], ...results.map(({ name, nanoseconds }) => [name, nanoseconds.toFixed(0)])]);
}

export interface FramesResult {
  name: string;
  /** Time per call in the candidate's fastest round. */
  nanoseconds: number;
}
