import type { Body, Custom } from '@parley/protocol';
import { Announcer, type ParleyEvents } from './announcer.ts';
import { createApi, createRequest, type Request } from './api/api.ts';
import { Credentials, type SavedSession } from './api/credentials.ts';
import type { Account, Api, SignInAccount } from './api/operations.ts';
import { Emitter } from './emitter.ts';
import type { Command } from './engine/command.ts';
import type { AckedFrame } from './engine/context.ts';
import { createRef } from './engine/ref.ts';
import { ParleyError } from './error.ts';
import { type ChatMessage, showChats, showMessages, unnamedUsers } from './message.ts';
import { MessageStream } from './message-stream.ts';
import { type ParleyOptions, type ResolvedOptions, withDefaults } from './options.ts';
import type { Chat, MessageCustom, Session } from './own-types.ts';
import { type RunningClient, startClient } from './start-client.ts';
import type { Accepted, Status, StorageStatus } from './state/change.ts';
import type { ChatState } from './state/chat-state.ts';
import { watchPage } from './watch-page.ts';

declare global {
  /**
   * Declares the symbol here, so that the SDK's types do not require the library
   * `esnext.disposable`.
   */
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/**
 * A client for one user: signs in, stays connected, sends and receives messages, and keeps its
 * state across reloads.
 */
export class Parley {
  readonly #options: ResolvedOptions;
  /**
   * Calls an operation of the api: `api('PUT /chats/{id}', { id })`. Rejects with a ParleyError.
   */
  readonly api: Api;
  /**
   * Sends a request whose body is not JSON to the api. The path is relative to `/v1`, and the
   * options are those of `fetch`. Rejects with a ParleyError.
   */
  readonly request: Request;
  readonly #credentials: Credentials;
  readonly #emitter = new Emitter<ParleyEvents>();
  readonly #announcer = new Announcer(this.#emitter);
  #starting: Promise<RunningClient> | undefined;
  #running: RunningClient | undefined;
  #unwatchPage = () => {};

  /** @throws TypeError if neither `api` nor `gateways` and `token` are set */
  constructor(options: ParleyOptions) {
    this.#options = withDefaults(options);
    const { api, cookie, fetch, locks } = this.#options;
    this.request = createRequest(api ?? '', fetch, (stale) => this.#credentials.token(stale));
    this.api = createApi(this.request);
    this.#credentials = new Credentials({
      ...options,
      locks,
      refresh: (refreshToken) => this.api('POST /sessions/refresh', cookie ? {} : { refreshToken }),
      changed: (session) => this.#emitter.emit('session', session),
    });
  }

  /** The signed-in user's id, if known. */
  get user(): number | undefined {
    return this.#running?.state.user ?? this.#credentials.user;
  }

  /** Current session. Undefined if the app provides tokens or nobody is signed in. */
  get session(): SavedSession | undefined {
    return this.#credentials.session;
  }

  /** State of the connection. */
  get status(): Status {
    return this.#running?.state.status ?? { state: 'off' };
  }

  /** Whether the state survives a reload of the page. Undefined before `connect`. */
  get storage(): StorageStatus | undefined {
    return this.#running?.state.storage;
  }

  /** Adds a listener for an event. Returns a function that removes the listener. */
  on<Name extends keyof ParleyEvents>(name: Name, listener: (value: ParleyEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Signs in. @throws ParleyError */
  async signIn(account: SignInAccount): Promise<Session> {
    return this.#setSession(await this.api('POST /sessions', account));
  }

  /** Creates an account and signs in. @throws ParleyError */
  async register(account: Account): Promise<Session> {
    return this.#setSession(await this.api('POST /users', account));
  }

  /**
   * Continues an earlier session, with its cookie or with `options.session`. Resolves with false if
   * no session is found.
   *
   * @throws ParleyError
   */
  async resume(): Promise<boolean> {
    try {
      await this.#credentials.token();
      return true;
    } catch (error) {
      if (error instanceof ParleyError && error.retry) throw error;
      return false;
    }
  }

  /** Ends the session and clears the client's store. */
  async signOut(): Promise<void> {
    const running = await this.#starting;
    await this.close();
    await this.api('DELETE /sessions/current').catch(() => {});
    this.#credentials.setSession(undefined);
    await running?.clearStore();
  }

  /**
   * Connects, and reconnects after failures until `close` is called. Resolves when the stored state
   * is restored, even while offline. The app can send messages from then on. A second call
   * reconnects at once.
   *
   * @throws ParleyError if nobody is signed in
   */
  async connect(): Promise<void> {
    if (this.#running) return void this.#run({ do: 'start' });
    this.#starting ??= this.#start();
    this.#running = await this.#starting.catch((error) => {
      this.#starting = undefined;
      throw error;
    });
    this.#reset();
  }

  /**
   * Resolves when the connection is online.
   *
   * @throws ParleyError if the connection has ended
   */
  async online(): Promise<void> {
    while (this.status.state !== 'online') {
      if (this.status.state === 'ended') throw new ParleyError('unauthenticated', this.status.reason ?? 'ended');
      await new Promise<unknown>((resolve) => {
        const off = this.on('status', () => resolve(off()));
      });
    }
  }

  /** Closes the connection. The store keeps the state, and `connect` continues with it. */
  async close(): Promise<void> {
    const running = await this.#starting?.catch(() => undefined);
    this.#starting = undefined;
    this.#running = undefined;
    this.#unwatchPage();
    this.#announcer.stop();
    if (running) this.#reset();
    await running?.close();
  }

  /** Calls `close` at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Sends a text or another body to a user or group. The client shows the message at once, stores
   * it in the outbox, and resends it on every connection until the server accepts it. Resolves when
   * the message is on the server's disk and in every participant's inbox. Rejects if the server
   * refuses it. The app can ignore the rejection, because the message is then shown as `failed`.
   */
  send(chat: number, body: string | Body, more: SendOptions = {}): Promise<Accepted> {
    const content = typeof body === 'string' ? { type: 'text' as const, text: body } : body;
    const entry = { ref: createRef(), ...more, chat, body: content, date: Date.now() };
    return this.#run({ do: 'send', entry }) as Promise<Accepted>;
  }

  /**
   * Sends a message whose text grows, such as the reply of an AI agent. `write` appends text and
   * `end` completes the message. Resolves when the server has accepted the start.
   *
   * @param more optional fields of the message. `text`: its first text
   * @throws ParleyError
   */
  async stream(chat: number, more: SendOptions & { text?: string } = {}): Promise<MessageStream> {
    const frame = { type: 'stream', op: 'start', to: chat, ref: createRef(), ...more } as const;
    const { id } = (await this.#run({ do: 'request', frame })) as Accepted;
    return new MessageStream({ text: '', ...more, chat, id }, async (command) => this.#run(command));
  }

  /**
   * Returns the messages of a chat in memory: accepted messages by ascending id, then messages in
   * the outbox. The client reads unknown names of senders from the api and emits `change` when they
   * arrive. Returns an empty list before `connect` and after `close`.
   */
  messages(chat: number): ChatMessage[] {
    if (!this.#running) return [];
    const { state } = this.#running;
    const shown = showMessages(state, chat, (command) => this.#run(command));
    const users = unnamedUsers(shown, state);
    if (users.length > 0) this.#run({ do: 'name', users });
    return shown;
  }

  /**
   * Returns the chats in memory: pinned chats first, then by the date of the last message, newest
   * first. Returns an empty list before `connect` and after `close`.
   */
  chats(): Chat[] {
    return this.#running ? showChats(this.#running.state) : [];
  }

  /**
   * True when `chats()` contains the newest 100 chats of the api. False until they are loaded for
   * the first time, and from a loss of events until they are loaded again.
   */
  get chatsLoaded(): boolean {
    return this.#running?.state.chatsLoaded ?? false;
  }

  /** Returns whether the api might have messages of a chat that are older than those in memory. */
  hasOlder(chat: number): boolean {
    return this.#chat(chat)?.more ?? true;
  }

  /**
   * Loads older messages of a chat from the api. If no message of the chat is in memory, loads the
   * newest ones.
   *
   * @param count number of messages, at most 200
   * @throws ParleyError `unavailable` if messages directly before those in memory are accepted but
   * not in PostgreSQL yet
   */
  async loadOlder(chat: number, limit = 50): Promise<void> {
    const before = this.#chat(chat)?.messages[0]?.id;
    const query = { id: chat, limit, ...(before && { before }) };
    const since = this.#running?.state.cursor ?? null;
    const { items, ...page } = await this.api('GET /chats/{id}/messages', query);
    if (before && page.unrecorded) {
      const text = 'Some messages of this chat are not recorded yet. Load older messages again later.';
      throw new ParleyError('unavailable', text, { retry: true });
    }
    await this.#run({ do: 'load', change: { type: 'messages', chat, messages: items, since, ...page } });
  }

  /** Adds chats from the result of an api operation to the state. */
  async load(...chats: Chat[]): Promise<void> {
    await this.#run({ do: 'load', change: { type: 'chats', chats, complete: false } });
  }

  /**
   * Marks a chat as read up to a message. Default: the newest message. Notifies the peer and the
   * user's other devices. No-op before `connect` and after `close`.
   */
  read(chat: number, id = this.#chat(chat)?.last?.id ?? 0): void {
    if (id > (this.#chat(chat)?.read ?? 0)) this.#run({ do: 'mark', chat, mark: { read: id } });
  }

  /**
   * Notifies the other participants of a chat that the user is typing. Can be called for each key
   * press, because the client limits the rate of frames.
   *
   * @param state another activity, such as `recording`. Default: typing
   * @throws ParleyError before `connect` and after `close`
   */
  typing(chat: number, active = true, state?: string): void {
    this.#runNow({ do: 'typing', chat, active, state });
  }

  /**
   * Watches the presence of at most 500 users. Replaces the users of the previous call. Emits
   * `presence` for each user, now and after every change.
   *
   * @throws ParleyError before `connect` and after `close`
   */
  watch(users: number[]): void {
    this.#runNow({ do: 'watch', users });
  }

  /**
   * Sets the chat that the user has open. Messages of that chat cause no push notification. Null:
   * no chat is open.
   *
   * @throws ParleyError before `connect` and after `close`
   */
  focus(chat: number | null): void {
    this.#runNow({ do: 'focus', chat });
  }

  /**
   * Recalls a message that this user sent, within the time `RECALL_WINDOW`, a setting of the
   * server. Owners and admins can recall every message of their group.
   *
   * @throws ParleyError
   */
  recall(chat: number, id: number): Promise<void> {
    return this.#request({ type: 'recall', chat, id });
  }

  /**
   * Replaces the body and the `custom` data of a message that this user sent.
   *
   * @throws ParleyError
   */
  edit(chat: number, id: number, body: Body, custom?: MessageCustom): Promise<void> {
    return this.#request({ type: 'edit', chat, id, body, ...(custom && { custom }) });
  }

  /**
   * Adds a reaction to a message, or removes it.
   *
   * @throws ParleyError
   */
  react(chat: number, id: number, emoji: string, active = true): Promise<void> {
    return this.#request({ type: 'react', chat, id, emoji, active });
  }

  /**
   * Pins a message for all participants, or unpins it. In a group, only the owner and admins can.
   * The operation `GET /chats/{id}/pins` lists pinned messages.
   *
   * @throws ParleyError
   */
  pin(chat: number, id: number, active = true): Promise<void> {
    return this.#request({ type: 'pin', chat, id, active });
  }

  /**
   * Deletes at most 100 messages from the user's own copy of a chat. The other participants keep
   * the messages.
   *
   * @throws ParleyError
   */
  hide(chat: number, ids: number[]): Promise<void> {
    return this.#request({ type: 'hide', chat, ids });
  }

  /**
   * Reports an action on a message, such as a pressed button, to the sender of the message only.
   * The sender receives an event of kind `action`.
   *
   * @throws ParleyError
   */
  act(chat: number, id: number, action: string, data?: Custom): Promise<void> {
    return this.#request({ type: 'action', chat, id, action, ...(data && { data }) });
  }

  async #request(frame: AckedFrame): Promise<void> {
    await this.#run({ do: 'request', frame });
  }

  /** Returns the running client. Rejects before `connect` and after `close`. */
  #run(command: Command): Promise<Accepted | undefined> {
    const run = this.#running?.runner.run(command) ?? Promise.reject(notConnected());
    // Marks the rejection as handled, because callers can ignore the result.
    run.catch(() => {});
    return run;
  }

  /** Returns the running client. Throws before `connect` and after `close`. */
  #runNow(command: Command): void {
    if (!this.#running) throw notConnected();
    this.#run(command);
  }

  #chat(id: number): ChatState | undefined {
    return this.#running?.state.chats.get(id);
  }

  /** Notifies listeners that every value of the client might have changed. */
  #reset(): void {
    this.#emitter.emit('change', { chat: undefined });
  }

  #setSession(session: Session): Session {
    this.#credentials.setSession(session);
    return session;
  }

  async #start(): Promise<RunningClient> {
    if (this.#credentials.user === undefined) await this.#credentials.token();
    const { user } = this.#credentials;
    if (user === undefined)
      throw new ParleyError('unauthenticated', 'The token does not contain the user: set the option user');
    const { gateways, api } = this.#options;
    const client = await startClient(user, {
      options: this.#options,
      credentials: this.#credentials,
      api: api === undefined ? undefined : this.api,
      gateways: () => gateways ?? (this.session?.gateways[0] ? this.session.gateways : [api as string]),
      failed: (error) => this.#emitter.emit('error', error),
      changed: (state, change) => this.#announcer.announce(state, change),
      replaced: () => this.#reset(),
    });
    this.#unwatchPage = watchPage((networkChanged) => client.runner.run({ do: 'wake', networkChanged }));
    return client;
  }
}

function notConnected(): ParleyError {
  return new ParleyError('unauthenticated', 'Call connect() first');
}

/** Optional fields of a message. */
export interface SendOptions {
  /** Id of the message that this message replies to. */
  replyTo?: number;
  /** Ids of the users that the message mentions. */
  mentions?: number[];
  /** Data of the app. Its JSON can have at most `MAX_CUSTOM` bytes, a setting of the server. */
  custom?: MessageCustom;
  /** True if the message causes no push notification. */
  silent?: true;
  /** Idempotency key, at most 64 characters, unique per user. Default: a random key. */
  ref?: string;
}
