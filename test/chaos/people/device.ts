import { Parley, type SavedSession, type Store, type TransportName, type WebSocketLike } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { WebSocket } from 'ws';
import { Journal } from './journal.ts';

/**
 * A simulated device of a user. It survives reloads and crashes of its client: it keeps the SDK's
 * store and a journal of the events that it received.
 */
export class Device {
  readonly name: string;
  readonly user: number;
  readonly journal = new Journal();
  readonly transport: TransportName;
  readonly #options: DeviceOptions;
  readonly #values = new Map<string, unknown>();
  #session: SavedSession | undefined;
  #life: Life | undefined;
  /** Number of times that the session ended although the user had not signed out. */
  signOuts = 0;
  reloads = 0;
  /** The inbox cursor that the SDK last stored. */
  cursor: string | undefined;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.name = options.name;
    this.user = options.user;
    this.transport = options.transport;
  }

  /** The running client. @throws Error if the device is not running */
  get client(): Parley {
    if (!this.#life) throw new Error(`${this.name} is off`);
    return this.#life.client;
  }

  get running(): boolean {
    return this.#life !== undefined;
  }

  async start(): Promise<void> {
    const { api, gateways, signIn, listen } = this.#options;
    this.#session ??= await signIn();
    const life = new Life();
    life.client = new Parley({
      api,
      gateways,
      session: this.#session,
      device: this.name,
      store: this.#store(life),
      tabs: false,
      cookie: false,
      keep: 40,
      transports: [this.transport],
      WebSocket: socketOf(life),
      fetch: (input, init) => life.fetch(input, init),
      backoff: { first: 100, most: 2000 },
      openTimeout: 5000,
    });
    life.client.on('session', (session) => {
      this.#session = session;
      if (!session && !life.dead) this.#signInAgain(life);
    });
    life.client.on('event', (event) => {
      if (life.dead) return;
      this.journal.hear(event);
      if (event.kind === 'message') listen(this, event.from, event.conversation, event.id);
    });
    life.client.on('reload', () => {
      if (life.dead) return;
      this.reloads += 1;
      this.journal.lose();
    });
    this.#life = life;
    await life.client.connect();
  }

  /** Reloads the page. The SDK stores its state before. */
  async reload(): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    await life?.client.close();
    await this.start();
  }

  /** Crashes the device. From then on, the old client can neither store nor send. */
  async crash(): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    if (!life) return;
    life.die();
    this.journal.crash();
    await life.client.close();
  }

  async stop(): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    await life?.client.close();
  }

  /** Local ports of the device's open WebSockets. */
  get ports(): number[] {
    return [...(this.#life?.sockets ?? [])].flatMap((socket) => socket.port ?? []);
  }

  /** Returns the chats that the device shows now. */
  chats(): Chat[] {
    return this.client.chats();
  }

  async #signInAgain(life: Life): Promise<void> {
    this.signOuts += 1;
    this.#session = await this.#options.signIn().catch(() => undefined);
    if (this.#life === life) await this.reload().catch(() => {});
  }

  #store(life: Life): Store {
    return {
      read: async () => structuredClone(this.#values),
      write: async (changes) => {
        if (life.dead) return;
        for (const [key, value] of Object.entries(changes)) {
          // Copies the chat, but not its messages, because they never change. Copying long messages
          // would use most of the run's CPU.
          if (value === undefined) this.#values.delete(key);
          else this.#values.set(key, key.startsWith('chat:') ? value : structuredClone(value));
        }
        if ('cursor' in changes) this.cursor = changes.cursor as string;
        this.journal.store(this.journal.length);
      },
    };
  }
}

/** One run of a device's client, from its start to the next reload or crash. */
class Life {
  dead = false;
  client!: Parley;
  readonly sockets = new Set<WebSocket & { readonly port: number | undefined }>();
  readonly #end = new AbortController();

  fetch(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
    const signals = init.signal ? [init.signal, this.#end.signal] : [this.#end.signal];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  }

  die(): void {
    this.dead = true;
    this.#end.abort();
    for (const socket of this.sockets) socket.terminate();
  }
}

function socketOf(life: Life): WebSocketLike {
  return class extends WebSocket {
    #port: number | undefined;

    constructor(url: string, protocols: string[]) {
      super(url, protocols, { perMessageDeflate: false });
      life.sockets.add(this);
      this.on('upgrade', ({ socket }) => {
        this.#port = socket.localPort;
      });
      this.on('close', () => life.sockets.delete(this));
    }

    get port(): number | undefined {
      return this.#port;
    }

    override send(data: string): void {
      if (!life.dead) super.send(data);
    }
  } as unknown as WebSocketLike;
}

export interface DeviceOptions {
  name: string;
  user: number;
  transport: TransportName;
  api: string;
  gateways: string[];
  /** Returns a new session. Called when the device has none. */
  signIn(): Promise<SavedSession>;
  /** Called for each message that the device receives. */
  listen(device: Device, from: number, conversation: string, id: number): void;
}
