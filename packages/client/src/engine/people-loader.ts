import type { ParleyEvent } from '@parley/protocol';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Ms for which the loader collects users before it reads their names. */
const LOAD_DELAY_MS = 50;

/** Maximum number of users per request. */
const MAX_USERS = 100;

/**
 * Reads the names of users from the api if they are shown but not in the state, or if they have
 * changed.
 */
export class PeopleLoader implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'api' | 'change'>;
  readonly #missing = new Set<number>();
  /** Ids of users without a name in the api, such as the system user. */
  readonly #unnamed = new Set<number>();
  readonly #timer = new Timer();

  constructor(context: Pick<EngineContext, 'state' | 'api' | 'change'>) {
    this.#context = context;
  }

  /** Requests the names of those users that the state does not contain. */
  name(users: readonly number[]): void {
    const { people } = this.#context.state;
    for (const user of users) if (!people.has(user) && !this.#unnamed.has(user)) this.#missing.add(user);
    this.start();
  }

  /**
   * Reads the name of a user again if an event reports a change of the profile. Must be called with
   * every event.
   */
  heard(event: ParleyEvent): void {
    if (event.kind !== 'profile' || !this.#context.state.people.has(event.user)) return;
    this.#missing.add(event.user);
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
      // Ignores the error, because only names are missing. The client retries when it is online
      // again.
      for (const id of ids) this.#missing.add(id);
      return;
    }
    this.start();
  }
}
