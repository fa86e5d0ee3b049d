import { setTimeout as delay } from 'node:timers/promises';
import type { SavedSession } from '@parley/client';
import type { Session } from '@parley/protocol';

/**
 * Simulates the backend of a product that uses Parley: it creates users, friendships and groups,
 * signs devices in, and retries failed calls.
 */
export class Product {
  readonly #url: string;
  readonly #key: string;

  /** @param url root URL of the api */
  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async makeUser(name: string): Promise<number> {
    const { id } = await this.#call<{ id: number }>('PUT', `/users/${name}`, { name });
    return id;
  }

  async befriend(a: number, b: number): Promise<void> {
    await this.#call('PUT', `/users/~${a}/friends/~${b}`);
  }

  /**
   * Ends a friendship. Once this resolves, the server must refuse messages between the two users.
   */
  async part(a: number, b: number): Promise<void> {
    await this.#call('DELETE', `/users/~${a}/friends/~${b}`);
  }

  async makeGroup(name: string, owner: number, members: number[]): Promise<number> {
    const { id } = await this.#call<{ id: number }>('PUT', `/groups/${name}`, { name, owner, members });
    return id;
  }

  async join(group: number, user: number): Promise<void> {
    await this.#call('PUT', `/groups/~${group}/members/~${user}`, {});
  }

  async leave(group: number, user: number): Promise<void> {
    await this.#call('DELETE', `/groups/~${group}/members/~${user}`);
  }

  async signIn(user: number, device: string): Promise<SavedSession> {
    const session = await this.#call<Session>('POST', '/tokens', { user, device });
    return { ...session, expires: Date.now() + session.expiresIn * 1000 };
  }

  /** Deletes a message from one user's own copy. Resolves with false if the api refuses. */
  async hide(user: number, chat: number, id: number): Promise<boolean> {
    try {
      await this.#call('DELETE', `/users/~${user}/chats/${chat}/messages/${id}?for=user`);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  /** Imports messages. Sends the same lines again until the api has imported all of them. */
  async importHistory(lines: readonly object[]): Promise<{ failed: number; errors: object[] }> {
    for (;;) {
      const done = await this.#call<Import>('POST', '/imports', lines.map((line) => JSON.stringify(line)).join('\n'));
      if (done.state === 'done' && done.errors.every(({ code }) => code !== 'unavailable')) return done;
    }
  }

  async #call<T>(method: string, path: string, body?: object | string): Promise<T> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(`${this.#url}/v1/server${path}`, {
          method,
          headers: { authorization: `Bearer ${this.#key}`, 'content-type': type },
          ...(body && { body: text }),
          signal: AbortSignal.timeout(10_000),
        });
        const reply = await response.text();
        if (response.ok) return (reply === '' ? undefined : JSON.parse(reply)) as T;
        if (response.status < 500 && response.status !== 429) throw new Refused(`${method} ${path}: ${reply}`);
      } catch (error) {
        if (error instanceof Refused || attempt >= 600) throw error;
      }
      await delay(Math.min(1000, 50 * attempt));
    }
  }
}

class Refused extends Error {}

interface Import {
  state: string;
  failed: number;
  errors: { code: string }[];
}
