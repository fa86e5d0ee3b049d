import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** An SMTP server that stores the e-mails that it receives. */
export class Mailbox {
  readonly mails: { to: string[]; content: string }[] = [];
  readonly #server: SMTPServer;
  #refusals = 0;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: async (stream, session, callback) => {
        const content = await text(stream);
        if (this.#refusals > 0) {
          this.#refusals -= 1;
          return callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
        }
        this.mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), content: decode(content) });
        callback();
      },
    });
  }

  static async start(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    await new Promise<void>((resolve) => {
      mailbox.#server.listen(0, '127.0.0.1', resolve);
    });
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Refuses the given number of next deliveries temporarily, as a busy server does. */
  refuseNext(count: number): void {
    this.#refusals = count;
  }

  /** Returns the token in the last link that was sent to an address. */
  tokenFor(address: string): string | undefined {
    const mail = this.mails.findLast(({ to }) => to.includes(address));
    return /#([\w-]{43})/.exec(mail?.content ?? '')?.[1];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Decodes an e-mail body: quoted-printable line breaks, and base64 for text that is not ASCII. */
function decode(mail: string): string {
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/transfer-encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  return body
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());
}
