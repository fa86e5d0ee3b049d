import type { Session } from '@parley/protocol';
import { type Answered, Person, TestApi } from './test-api.ts';

/** The API key that tests use. */
export const apiKey = 'key-of-the-product-long-enough-for-anything';

/** Starts an api with an API key. The returned object calls its server API with that key. */
export async function startServerApi(env: Record<string, string> = {}): Promise<Product> {
  return new Product(await TestApi.start({ API_KEYS: apiKey, ...env }));
}

export class Product {
  readonly api: TestApi;

  constructor(api: TestApi) {
    this.api = api;
  }

  /** Sends a request to a path below `/v1/server`. */
  call<T = Record<string, unknown>>(
    method: Method,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered<T>> {
    const options = { token: apiKey, headers, ...(body === undefined ? {} : { body }) };
    return this.api.call<T>(method, `/v1/server${path}`, options);
  }

  /** Creates users with these external ids and signs them in. */
  async people<const Ids extends readonly string[]>(...ids: Ids): Promise<{ [I in keyof Ids]: Person }> {
    const people: Person[] = [];
    for (const id of ids) {
      await this.call('put', `/users/${id}`, { name: id });
      const { body } = await this.call<Session>('post', '/tokens', { user: id });
      people.push(new Person(this.api, body));
    }
    return people as { [I in keyof Ids]: Person };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.api[Symbol.asyncDispose]();
  }
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
