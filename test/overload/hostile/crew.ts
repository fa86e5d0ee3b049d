import { setMaxListeners } from 'node:events';
import { type Act, acts, type Target } from './acts.ts';
import { bomb } from './bomb.ts';
import { Replies } from './replies.ts';
import { type Answer, request } from './request.ts';

/** Eight hostile users who attack at the same time. Each one performs a different attack. */
export class Crew {
  readonly #target: Target;
  readonly #tokens: Record<ActName, string>;
  /** Password of the user whose password is guessed, with which this user signs in. */
  readonly password: string;
  /** Replies that each hostile user got, by the name of the attack. */
  readonly replies: Record<ActName, Replies>;

  private constructor(target: Target, tokens: Record<ActName, string>, password: string) {
    this.#target = target;
    this.#tokens = tokens;
    this.password = password;
    this.replies = byAct(() => new Replies());
  }

  /**
   * Registers the hostile users and the user whose password is guessed, and creates a group of 25
   * to which they can write.
   *
   * @param befriend makes two users friends. Default: nobody is a friend, which requires
   * `SEND_POLICY=anyone`
   */
  static async gather(
    { api, gateways }: Pick<Target, 'api' | 'gateways'>,
    befriend?: (one: number, other: number) => Promise<unknown>,
  ): Promise<Crew> {
    const run = Math.random().toString(36).slice(2, 8);
    const password = 'the right one of the victim';
    const register = async (name: string) => {
      const json = { username: `${name.toLowerCase()}-${run}`, password };
      return succeeded(await request(`${api}/v1/users`, { method: 'POST', json })) as unknown as Registered;
    };
    const members: Registered[] = [];
    for (const name of [...actNames, ...Array.from({ length: 16 }, (_, i) => `member${i}`)])
      members.push(await register(name));
    const victim = await register('victim');
    const owner = members.at(-1) as Registered;
    if (befriend) for (const { user } of members.slice(0, -1)) await befriend(owner.user.id, user.id);
    const body = { name: `crew ${run}`, members: members.slice(0, -1).map(({ user }) => user.id) };
    const { id: group } = succeeded(
      await request(`${api}/v1/groups`, { method: 'POST', token: owner.accessToken, json: body }),
    );
    const frame = { type: 'send', ref: run, to: group, body: { type: 'text', text: 'hello' } };
    const frames = `${gateways[0]?.replace('ws', 'http')}/v1/frames`;
    const { id: message } = succeeded(await request(frames, { method: 'POST', token: owner.accessToken, json: frame }));
    const tokens = Object.fromEntries(actNames.map((name, i) => [name, members[i]?.accessToken ?? '']));
    const target = {
      api,
      gateways,
      group: Number(group),
      message: Number(message),
      victim: victim.user.username,
      bomb: bomb(7000),
    };
    return new Crew(target, tokens as Record<ActName, string>, password);
  }

  /** Username of the user whose password is guessed. */
  get victim(): string {
    return this.#target.victim;
  }

  /** Lets all hostile users attack until the signal aborts. */
  async act(signal: AbortSignal): Promise<void> {
    const target = this.#target;
    setMaxListeners(0, signal);
    const run = Math.random().toString(36).slice(2, 8);
    await Promise.all(
      actNames.map((name) =>
        (acts[name] as Act)({ target, token: this.#tokens[name], replies: this.replies[name], signal, run }),
      ),
    );
  }

  /** Returns the number of replies by attack and reply code. */
  counts(): Counts {
    return byAct((name) => this.replies[name].counts);
  }
}

const actNames = Object.keys(acts) as ActName[];

function byAct<T>(value: (name: ActName) => T): Record<ActName, T> {
  return Object.fromEntries(actNames.map((name) => [name, value(name)])) as Record<ActName, T>;
}

function succeeded({ status, body }: Answer): Record<string, unknown> {
  if (status < 200 || status > 299) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** Attack -> reply code -> number of replies. */
export type Counts = Record<string, Record<string, number>>;

export type ActName = keyof typeof acts;

interface Registered {
  user: { id: number; username: string };
  accessToken: string;
}
