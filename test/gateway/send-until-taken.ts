import type { SendAck } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import type { Client } from './client.ts';

/**
 * Sends text messages over one connection, several at a time. Uses each text as the message's ref
 * (idempotency key). Resends a message as long as the error reply allows a retry. Resolves with the
 * acks. Rejects if a message is not accepted within `timeout` ms.
 */
export async function sendUntilTaken(
  client: Client,
  to: number,
  texts: string[],
  { timeout = 10_000 }: { timeout?: number } = {},
): Promise<SendAck[]> {
  const acks: SendAck[] = [];
  const left = [...texts.keys()];
  const work = async () => {
    for (let i = left.shift(); i !== undefined; i = left.shift())
      acks[i] = await sendOne(client, to, texts[i] as string, timeout);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return acks;
}

function sendOne(client: Client, to: number, text: string, timeout: number): Promise<SendAck> {
  let refusal = '';
  return waitFor(
    async () => {
      const reply = await client.ask({ type: 'send', ref: text, to, body: { type: 'text', text } });
      if (reply.type === 'ack') return reply as SendAck;
      refusal = JSON.stringify(reply);
      if (reply.type !== 'error' || !reply.retry) throw new Error(`refused: ${refusal}`);
      return undefined;
    },
    { timeout, message: () => `not taken: ${refusal}` },
  );
}
