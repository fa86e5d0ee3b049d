import { describe, expect, it } from 'vitest';
import { Pair } from './pair.ts';
import { Tally } from './tally.ts';

const pair = () => {
  const tally = new Tally();
  const sent: string[] = [];
  const subject = new Pair(7, tally);
  const chat = { send: (_: number, text: string) => sent.push(text), close() {} };
  subject.join(chat, chat);
  return { pair: subject, tally, sent };
};

describe('simulated pairs', () => {
  it('a simulated pair is settled when every message was acknowledged, delivered and copied to the sender', () => {
    const { pair: subject, tally, sent } = pair();
    for (let n = 1; n <= 2000; n++) subject.send();
    expect(tally.settled).toBe(false);
    sent.forEach((text, index) => {
      expect(text).toHaveLength(128);
      subject.recipient.message(false, text);
      subject.sender.message(true, text);
      subject.sender.acked(index + 1);
    });
    expect(tally.settled).toBe(true);
    expect(tally).toMatchObject({ sent: 2000, acked: 2000, delivered: 2000, copied: 2000, doubled: 0, disordered: 0 });
    expect(tally.failures.size).toBe(0);
  });

  it('a simulated pair counts a duplicate delivery and a duplicate acknowledgement', () => {
    const { pair: subject, tally, sent } = pair();
    subject.send();
    for (let time = 1; time <= 2; time++) {
      subject.recipient.message(false, sent[0] as string);
      subject.sender.acked(1);
    }
    expect(tally).toMatchObject({ acked: 1, delivered: 1, doubled: 2 });
  });

  it('a simulated pair counts a message that arrives after a later one as out of order', () => {
    const { pair: subject, tally, sent } = pair();
    subject.send();
    subject.send();
    subject.recipient.message(false, sent[1] as string);
    subject.recipient.message(false, sent[0] as string);
    expect(tally).toMatchObject({ delivered: 2, disordered: 1 });
  });

  it('a simulated pair reports messages and acknowledgements that it does not expect as failures', () => {
    const { pair: subject, tally, sent } = pair();
    subject.send();
    subject.recipient.message(false, '8:1 stray');
    subject.recipient.message(false, '7:2 never sent');
    subject.recipient.message(true, sent[0] as string);
    subject.sender.acked(Number.NaN);
    expect(tally).toMatchObject({ acked: 0, delivered: 0, copied: 0 });
    expect(tally.failures.size).toBe(4);
  });

  it('a simulated pair can send its next message after an acknowledgement or a refusal', () => {
    const { pair: subject, tally } = pair();
    let freed = 0;
    subject.onFree = () => {
      freed += 1;
    };
    subject.send();
    subject.send();
    subject.sender.acked(1);
    subject.sender.refused(2, 'too-many');
    expect(freed).toBe(2);
    expect(tally).toMatchObject({ acked: 1, refused: 1 });
  });
});
