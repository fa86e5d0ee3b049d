import { Alarm } from '../alarm.ts';

/**
 * Notices that a connection is dead although nobody said so. Browsers do not show the server's pings, so that what was silent for
 * one heartbeat is asked, and given up after two.
 */
export class Pulse {
  readonly #ask: () => void;
  readonly #dead: () => void;
  #heard = 0;
  #beat: ReturnType<typeof setInterval> | undefined;
  readonly #probe = new Alarm();

  constructor(ask: () => void, dead: () => void) {
    this.#ask = ask;
    this.#dead = dead;
  }

  /** @param heartbeat ms between the server's signs of life */
  start(heartbeat: number): void {
    this.stop();
    this.heard();
    this.#beat = setInterval(() => {
      const silent = Date.now() - this.#heard;
      if (silent > 2 * heartbeat) this.#dead();
      else if (silent > heartbeat) this.#ask();
    }, heartbeat / 2);
  }

  heard(): void {
    this.#heard = Date.now();
  }

  /** Asks now, and wants to hear something within `wait` ms. */
  probe(wait: number): void {
    const asked = Date.now();
    this.#ask();
    this.#probe.set(wait, () => this.#heard < asked && this.#dead());
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#probe.clear();
  }
}
