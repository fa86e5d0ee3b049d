import type { ParleyEvent } from '@parley/protocol';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Ms for which users are collected before their names are read. */
const LOAD_DELAY_MS = 50;

/** Users read by one request, at most. */
const MAX_USERS = 100;

/** Reads names of senders that the state lacks, or that changed, from the api. */
export class PeopleLoader implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'api' | 'change'>;
  readonly #missing = new Set<number>();
  /** Ids that the api does not name, such as the system's. */
  readonly #unnamed = new Set<number>();
  readonly #timer = new Timer();

  constructor(context: Pick<EngineContext, 'state' | 'api' | 'change'>) {
    this.#context = context;
  }

  /** Call it with every event, after the state has applied it. */
  heard(event: ParleyEvent): void {
    const { people } = this.#context.state;
    if (event.kind === 'message' && !people.has(event.from) && !this.#unnamed.has(event.from))
      this.#missing.add(event.from);
    else if (event.kind === 'profile' && people.has(event.user)) this.#missing.add(event.user);
    else return;
    this.start();
  }

  start(): void {
    if (this.#context.api && this.#missing.size > 0) this.#timer.start(LOAD_DELAY_MS, () => this.#load());
  }

  stop(): void {
    this.#timer.clear();
  }

  async #load(): Promise<void> {
    const ids = [...this.#missing].slice(0, MAX_USERS);
    for (const id of ids) this.#missing.delete(id);
    try {
      const page = await this.#context.api?.('GET /users', { ids: ids.join() });
      if (!page) return;
      this.#context.change({ type: 'people', users: page.items });
      for (const id of ids) if (!this.#context.state.people.has(id)) this.#unnamed.add(id);
    } catch {
      // Ignores the error, because only names are missing. The next connection retries.
      for (const id of ids) this.#missing.add(id);
      return;
    }
    this.start();
  }
}
