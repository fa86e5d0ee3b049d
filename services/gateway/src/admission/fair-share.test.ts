import { beforeEach, describe, expect, it } from 'vitest';
import { FairShare } from './fair-share.ts';

const [FLOODER, BYSTANDER] = [1, 2];

let shares: FairShare;
beforeEach(() => {
  shares = new FairShare();
});

/** Counts frames of a user. Returns how many of them are within the user's share. */
const ask = (user: number, frames: number) =>
  Array.from({ length: frames }, () => shares.count(user)).filter(Boolean).length;

/** Simulates a tenth of a second, in which both users send frames and ten frames finish. */
function tenth(flood: number, little: number) {
  const granted = { flooder: ask(FLOODER, flood), bystander: ask(BYSTANDER, little) };
  shares.divide(10);
  return granted;
}

describe('FairShare', () => {
  it('FairShare admits all frames of a user within the fair share, and no frames of a user who floods', () => {
    for (let i = 0; i < 5; i += 1) tenth(100, 3);
    for (let i = 0; i < 50; i += 1) expect(tenth(100, 3)).toEqual({ flooder: 0, bystander: 3 });
  });

  it('FairShare admits four frames of each user before it has identified users who flood', () => {
    expect(ask(FLOODER, 100)).toBe(4);
    shares.divide(0);
    expect(ask(FLOODER, 100)).toBe(0);
    expect(ask(BYSTANDER, 100)).toBe(4);
  });

  it.each([0, 10])(
    'FairShare evicts a user who waits for a second, while %i frames finish per tenth of a second',
    (done) => {
      ask(FLOODER, 10_000);
      for (let i = 0; i < 10; i += 1) {
        ask(BYSTANDER, 1);
        shares.divide(done);
      }
      expect(ask(FLOODER, 1)).toBe(1);
    },
  );

  it('FairShare evicts a user within 11 divisions after a flood, even if the fair shares become smaller', () => {
    for (let i = 0; i < 10; i += 1) {
      ask(FLOODER, 1000);
      shares.divide(500);
    }
    for (let user = 100; user < 600; user += 1) ask(user, 1);
    for (let i = 0; i < 11; i += 1) shares.divide(0);
    expect(ask(FLOODER, 1)).toBe(1);
  });
});
