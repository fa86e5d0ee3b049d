import { describe, expect, it } from 'vitest';
import { Group } from './group.ts';

const group = (members: number) => {
  const subject = new Group(members);
  const sent: string[] = [];
  for (let i = 0; i < members; i += 1) subject.join(i, { send: (_, text) => sent.push(text), close() {} });
  return { group: subject, sent };
};

describe('simulated groups', () => {
  it('a simulated group is complete when all members have received every message in the same order', () => {
    const { group: subject, sent } = group(3);
    for (let run = 0; run < 2; run += 1) {
      subject.reset();
      sent.length = 0;
      for (let n = 0; n < 4; n += 1) subject.send();
      for (let member = 0; member < 3; member += 1) {
        expect(subject.settled).toBe(false);
        for (const text of sent) subject.listener(member).message(false, text);
      }
      for (let n = 0; n < 4; n += 1) subject.listener(n % 3).acked(n);
      expect(subject.settled).toBe(true);
      expect(subject.faults).toEqual({ lost: 0, doubled: 0, disordered: 0 });
      expect([subject.latencies.each.length, subject.latencies.all.length]).toEqual([12, 4]);
      expect(subject.failures.size).toBe(0);
    }
  });

  it('a simulated group reports lost, duplicate, reordered and unknown messages', () => {
    const { group: subject, sent } = group(3);
    for (let n = 0; n < 2; n += 1) subject.send();
    for (let n = 0; n < 2; n += 1) subject.listener(0).acked(n);
    const [one = '', two = ''] = sent;
    for (const text of [one, two]) subject.listener(0).message(true, text);
    for (const text of [two, one, one]) subject.listener(1).message(false, text);
    subject.listener(2).message(false, two);
    subject.listener(2).message(false, '99 stray');
    expect(subject.faults).toEqual({ lost: 1, doubled: 1, disordered: 2 });
    expect([...subject.failures.keys()]).toEqual(['there is no message 99']);
  });
});
