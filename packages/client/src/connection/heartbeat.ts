import { Timer } from '../timer.ts';

/**
 * Detects a dead connection. The client sends a `ping` after one heartbeat of silence, and reports
 * the connection as dead after two. It cannot rely on the server's pings, because browsers hide
 * them.
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

  /** @param heartbeat ms between two pings of the server */
  start(heartbeat: number): void {
    this.stop();
    this.received();
    this.#interval = setInterval(() => {
      const silent = Date.now() - this.#lastReceived;
      if (silent > 2 * heartbeat) this.#onDead();
      else if (silent > heartbeat) this.#ping();
    }, heartbeat / 2);
  }

  /** Restarts the period of silence. Called when the server has sent anything. */
  received(): void {
    this.#lastReceived = Date.now();
  }

  /** Sends a `ping`, and reports the connection as dead if nothing arrives within `timeout` ms. */
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
