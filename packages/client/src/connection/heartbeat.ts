import { Timer } from '../timer.ts';

/**
 * Detects a dead connection. Browsers hide the server's pings, so the client sends a `ping` after
 * one silent heartbeat and reports the connection as dead after two.
 */
export class Heartbeat {
  readonly #ping: () => void;
  readonly #onDead: () => void;
  #lastReceived = 0;
  #interval: ReturnType<typeof setInterval> | undefined;
  readonly #probe = new Timer();

  constructor(ping: () => void, onDead: () => void) {
    this.#ping = ping;
    this.#onDead = onDead;
  }

  /** @param heartbeat ms between the server's pings */
  start(heartbeat: number): void {
    this.stop();
    this.received();
    this.#interval = setInterval(() => {
      const silent = Date.now() - this.#lastReceived;
      if (silent > 2 * heartbeat) this.#onDead();
      else if (silent > heartbeat) this.#ping();
    }, heartbeat / 2);
  }

  /** Records that the server sent something. */
  received(): void {
    this.#lastReceived = Date.now();
  }

  /** Sends a `ping` and reports the connection as dead if nothing arrives within `timeout` ms. */
  probe(timeout: number): void {
    const sent = Date.now();
    this.#ping();
    this.#probe.restart(timeout, () => this.#lastReceived < sent && this.#onDead());
  }

  stop(): void {
    clearInterval(this.#interval);
    this.#probe.clear();
  }
}
