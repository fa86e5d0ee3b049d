import type { Body, Chat, Session } from '@parley/protocol';
import { Announcer, type ParleyEvents } from './announce.ts';
import { apiOf, createRequest, type Request } from './api/api.ts';
import { Credentials, type SavedSession } from './api/credentials.ts';
import type { Account, Api } from './api/operations.ts';
import { type Assembled, assemble } from './assemble.ts';
import { Emitter } from './emitter.ts';
import type { Command } from './engine/command.ts';
import type { Askable } from './engine/part.ts';
import { createRef } from './engine/ref.ts';
import { ParleyError } from './error.ts';
import { type ChatMessage, showChats, showMessages } from './message.ts';
import { type ParleyOptions, withDefaults } from './options.ts';
import type { Status, StorageStatus } from './state/change.ts';
import type { Accepted } from './state/state.ts';
import { watchPage } from './watch-page.ts';

/** A client of Parley: signs in, keeps a connection, sends and receives, and remembers. One for each user who is signed in. */
export class Parley {
  readonly #options: ReturnType<typeof withDefaults>;
  /** Calls the api: `api('PUT /chats/{id}', { id })`. Rejects with a ParleyError. */
  readonly api: Api;
  /**
   * Asks the api for what is not JSON, by its path after `/v1` and with what `fetch` takes. Rejects with a ParleyError.
   */
  readonly request: Request;
  readonly #credentials: Credentials;
  readonly #emitter = new Emitter<ParleyEvents>();
  readonly #announcer = new Announcer(this.#emitter);
  #running: Promise<Assembled> | undefined;
  #now: Assembled | undefined;
  #unwatch = () => {};

  /** @throws TypeError when the options do not say where to connect to */
  constructor(options: ParleyOptions) {
    this.#options = withDefaults(options);
    const { api, cookie, fetch, locks } = this.#options;
    this.request = createRequest(api ?? '', fetch, (stale) => this.#credentials.token(stale));
    this.api = apiOf(this.request);
    this.#credentials = new Credentials({
      ...options,
      locks,
      refresh: (refreshToken) => this.api('POST /sessions/refresh', cookie ? {} : { refreshToken }),
      changed: (session) => this.#emitter.emit('session', session),
    });
  }

  /** The signed-in user's id; undefined when that is not known. */
  get user(): number | undefined {
    return this.#now?.state.user ?? this.#credentials.user;
  }

  get session(): SavedSession | undefined {
    return this.#credentials.session;
  }

  get status(): Status {
    return this.#now?.state.status ?? { state: 'off' };
  }

  /** Whether what is known is kept across reloads; undefined before `connect`. */
  get storage(): StorageStatus | undefined {
    return this.#now?.state.storage;
  }

  /** Calls `listener` each time; the function returned ends that. */
  on<Name extends keyof ParleyEvents>(name: Name, listener: (value: ParleyEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Begins a session. @throws ParleyError */
  async signIn(account: Omit<Account, 'name'>): Promise<Session> {
    return this.#take(await this.api('POST /sessions', account));
  }

  /** Makes an account and begins a session. @throws ParleyError */
  async register(account: Account): Promise<Session> {
    return this.#take(await this.api('POST /users', account));
  }

  /** Goes on with the session of an earlier visit, by its cookie or `options.session`; false when there is none. */
  async resume(): Promise<boolean> {
    try {
      await this.#credentials.token();
      return true;
    } catch (error) {
      if (error instanceof ParleyError && error.retry) throw error;
      return false;
    }
  }

  /** Ends the session, and forgets what was kept here. */
  async signOut(): Promise<void> {
    const running = await this.#running;
    await this.close();
    await this.api('DELETE /sessions/current').catch(() => {});
    this.#credentials.take(undefined);
    await running?.wipe();
  }

  /**
   * Connects, and stays connected until `close`. Resolves as soon as what was kept is at hand, connected or not: from then on messages
   * are taken. Called again it comes back at once. @throws ParleyError when nobody is signed in
   */
  async connect(): Promise<void> {
    if (this.#now) return void this.#run({ do: 'start' });
    this.#running ??= this.#start();
    this.#now = await this.#running.catch((error) => {
      this.#running = undefined;
      throw error;
    });
  }

  /** Resolves when online; rejects when the connection will not come back by itself. */
  async online(): Promise<void> {
    while (this.status.state !== 'online') {
      if (this.status.state === 'ended') throw new ParleyError('unauthenticated', this.status.reason ?? 'ended');
      await new Promise<unknown>((resolve) => {
        const off = this.on('status', () => resolve(off()));
      });
    }
  }

  /** Lets the connection go; what was kept stays, and `connect` goes on with it. */
  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    this.#running = undefined;
    this.#now = undefined;
    this.#unwatch();
    this.#announcer.stop();
    await running?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Sends a text or another body to a user or group. It is shown at once, kept until it is accepted, and sent again by every connection
   * until then. Resolves when it is accepted: it is on the server's disk and in every participant's inbox. Rejects when it is refused;
   * that need not be heard, for it is shown as `failed`.
   */
  send(chat: number, body: string | Body, more: SendOptions = {}): Promise<Accepted> {
    const said = typeof body === 'string' ? { type: 'text' as const, text: body } : body;
    const entry = { ref: createRef(), ...more, chat, body: said, date: Date.now() };
    return this.#run({ do: 'send', entry }) as Promise<Accepted>;
  }

  /** Messages of a chat that are at hand: those accepted, ascending by id, then those on their way. */
  messages(chat: number): ChatMessage[] {
    return showMessages(this.#client.state, chat, (command) => this.#run(command));
  }

  /** Chats that are at hand: pinned ones first, then the newest. */
  chats(): Chat[] {
    return showChats(this.#client.state);
  }

  /** Whether the api may have older messages of a chat than those at hand. */
  hasOlder(chat: number): boolean {
    return this.#client.state.boxes.get(chat)?.more ?? true;
  }

  /** Brings older messages of a chat to hand, 50 unless told, 200 at most; the newest if there are none yet. */
  async loadOlder(chat: number, limit = 50): Promise<void> {
    const before = this.#client.state.boxes.get(chat)?.messages[0]?.id;
    const query = { id: chat, limit, ...(before && { before }) };
    const { items, more } = await this.api('GET /chats/{id}/messages', query);
    await this.#run({ do: 'load', change: { type: 'messages', chat, messages: items, more } });
  }

  /** Brings chats to hand that the api answered. */
  async load(...chats: Chat[]): Promise<void> {
    await this.#run({ do: 'load', change: { type: 'chats', chats, whole: false } });
  }

  /** The user has read a chat, up to this message or the newest. It is told to the peer and the user's other devices. */
  read(chat: number, id = this.#client.state.boxes.get(chat)?.last?.id ?? 0): void {
    if (id > (this.#client.state.boxes.get(chat)?.read ?? 0)) this.#run({ do: 'mark', chat, mark: { read: id } });
  }

  /** The user is typing: to be called with each key, told now and then. */
  typing(chat: number, active = true): void {
    this.#run({ do: 'typing', chat, active });
  }

  /** Follows the presence of these users, at most 500, instead of those before; `presence` tells how each stands. */
  watch(users: number[]): void {
    this.#run({ do: 'watch', users });
  }

  /** Which chat the user looks at; null for none. */
  focus(chat: number | null): void {
    this.#run({ do: 'focus', chat });
  }

  /** Takes back an own message, soon after it was sent. @throws ParleyError */
  recall(chat: number, id: number): Promise<void> {
    return this.#ask({ type: 'recall', chat, id });
  }

  /** Changes an own message. @throws ParleyError */
  edit(chat: number, id: number, body: Body): Promise<void> {
    return this.#ask({ type: 'edit', chat, id, body });
  }

  /** Adds a reaction to a message, or takes it back. @throws ParleyError */
  react(chat: number, id: number, emoji: string, active = true): Promise<void> {
    return this.#ask({ type: 'react', chat, id, emoji, active });
  }

  async #ask(frame: Askable): Promise<void> {
    await this.#run({ do: 'ask', frame });
  }

  #run(command: Command): Promise<Accepted | undefined> {
    const run = this.#client.core.run(command);
    // Those who do not wait for it need not hear of it either.
    run.catch(() => {});
    return run;
  }

  get #client(): Assembled {
    if (!this.#now) throw new ParleyError('unauthenticated', 'Not connected');
    return this.#now;
  }

  #take(session: Session): Session {
    this.#credentials.take(session);
    return session;
  }

  async #start(): Promise<Assembled> {
    if (this.#credentials.user === undefined) await this.#credentials.token();
    const { user } = this.#credentials;
    if (user === undefined) throw new ParleyError('unauthenticated', 'Give user');
    const { gateways, api } = this.#options;
    const assembled = await assemble(user, {
      options: this.#options,
      credentials: this.#credentials,
      api: api === undefined ? undefined : this.api,
      gateways: () => gateways ?? (this.session?.gateways[0] ? this.session.gateways : [api as string]),
      failed: (error) => this.#emitter.emit('error', error),
      changed: (state, change) => this.#announcer.announce(state, change),
      replaced: () => this.#emitter.emit('change', { chat: undefined }),
    });
    this.#unwatch = watchPage((moved) => assembled.core.run({ do: 'wake', moved }));
    return assembled;
  }
}

/** What more there is to say of a message. */
export interface SendOptions {
  /** The message this one answers. */
  replyTo?: number;
  /** Users who are to notice it. */
  mentions?: number[];
  /** Its name, at most 64 characters, which no other message of this user's may have; random when absent. */
  ref?: string;
}
