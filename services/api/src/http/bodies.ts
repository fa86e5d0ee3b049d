import type { Context } from 'hono';
import type { OpenEnv } from '../app-context.ts';
import { InFlight } from './in-flight.ts';
import { Refusal } from './refusal.ts';

/**
 * Receives request bodies into memory, with limits on number, bytes and time. Admits each body
 * before any of it is read.
 */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #inFlight: InFlight;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    const { unfinishedPerAddress: perOwner, bodyMemory: bytes } = limits;
    this.#inFlight = new InFlight({ perOwner, bytes, bytesPerOwner: bytes / 4 });
  }

  /**
   * Reads the body of a request and caches it in `c.req` for the handler.
   *
   * @throws Refusal `too-many` or `unavailable` before any of the body is read, `bad-request` if
   * the connection breaks during the body, `too-slow` if the body does not arrive in time
   */
  async receive(c: Context<OpenEnv>, address: string): Promise<void> {
    const announced = Number(c.req.header('content-length') ?? this.#limits.body);
    const release = this.#inFlight.admit([address], Math.min(announced || 0, this.#limits.body));
    try {
      await receiveBody(c, this.#limits.bodyTime);
    } finally {
      release();
    }
  }
}

/**
 * Reads the body of a request into memory.
 *
 * @param within ms within which the body must arrive. After that, the connection is closed
 */
export async function receiveBody(c: Context<OpenEnv>, within: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal('too-slow', 'The body did not arrive in time.')), within);
  });
  try {
    await Promise.race([c.req.arrayBuffer().catch(refuseBroken), late]);
  } finally {
    clearTimeout(timer);
  }
}

function refuseBroken(cause: unknown): never {
  throw new Refusal('bad-request', 'The body did not arrive.', { cause });
}

export interface BodyLimits {
  /** Maximum bytes of one body. */
  body: number;
  /**
   * Maximum memory for bodies in flight, in bytes. One address can use at most a quarter of this
   * memory.
   */
  bodyMemory: number;
  /** Maximum number of bodies in flight per address. */
  unfinishedPerAddress: number;
  /** Ms within which a body must arrive. */
  bodyTime: number;
}
