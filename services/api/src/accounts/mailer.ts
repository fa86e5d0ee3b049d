import type { Log } from '@parley/service';
import { createTransport, type Transporter } from 'nodemailer';
import type { MailConfig } from './config.ts';

/**
 * Sends e-mails over SMTP in the background. `send` returns at once, so that the response time does
 * not reveal whether an e-mail is sent. Attempts each delivery at most {@link ATTEMPTS} times.
 */
export class Mailer {
  readonly #transport: Transporter;
  readonly #from: string;
  readonly #log: Log;
  readonly #pending = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor({ smtpUrl, from, timeout }: MailConfig, log: Log) {
    const timeouts = { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout };
    this.#transport = createTransport({ url: smtpUrl, pool: true, maxConnections: 2, ...timeouts });
    this.#from = from;
    this.#log = log;
  }

  /**
   * Queues an e-mail. Drops it and logs a warning if {@link MAX_PENDING} e-mails are already
   * waiting.
   */
  send(mail: Mail): void {
    if (this.#stopped.signal.aborted || this.#pending.size >= MAX_PENDING) {
      this.#log.warn({ pending: this.#pending.size }, 'e-mail queue full: e-mail dropped');
      return;
    }
    const delivery = this.#deliver(mail).finally(() => this.#pending.delete(delivery));
    this.#pending.add(delivery);
  }

  /** Stops retries, and resolves when each queued e-mail was sent or has failed. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#pending);
    this.#transport.close();
  }

  async #deliver(mail: Mail): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#transport.sendMail({ from: this.#from, ...mail, headers: { 'Auto-Submitted': 'auto-generated' } });
        return;
      } catch (err) {
        // Logs neither the address nor the content, because more people read logs than the mailbox.
        this.#log.warn({ err: { message: (err as Error).message }, attempt }, 'e-mail not delivered');
        if (attempt === ATTEMPTS || this.#stopped.signal.aborted) return;
        await pause(RETRY_DELAY_MS * attempt, this.#stopped.signal);
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}

const ATTEMPTS = 3;

const RETRY_DELAY_MS = 2000;

const MAX_PENDING = 1000;

export interface Mail {
  to: string;
  subject: string;
  text: string;
}
