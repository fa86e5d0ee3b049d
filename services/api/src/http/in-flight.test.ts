import { expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

it('InFlight admits operations up to the limit of their owner, until one is released', () => {
  const inFlight = new InFlight({ perOwner: 2 });
  const first = inFlight.admit(['ann']);
  inFlight.admit(['ann']);
  expect(() => inFlight.admit(['ann'])).toThrow(expect.objectContaining({ code: 'too-many' }));
  inFlight.admit(['ben']);
  first();
  first();
  inFlight.admit(['ann']);
  expect(() => inFlight.admit(['ann'])).toThrow();
});

it('InFlight limits the bytes of one owner and of all owners together', () => {
  const inFlight = new InFlight({ perOwner: 10, bytes: 100, bytesPerOwner: 60 });
  const release = inFlight.admit(['ann'], 50);
  expect(() => inFlight.admit(['ann'], 11)).toThrow(expect.objectContaining({ code: 'too-many' }));
  inFlight.admit(['ben'], 50);
  expect(() => inFlight.admit(['carl'], 1)).toThrow(expect.objectContaining({ code: 'unavailable' }));
  release();
  inFlight.admit(['carl'], 50);
  expect(inFlight.bytes).toBe(100);
});

it('InFlight counts an admitted operation for each owner and a rejected operation for none', () => {
  const inFlight = new InFlight({ perOwner: 1 });
  inFlight.admit(['user 1', 'address a']);
  expect(() => inFlight.admit(['user 2', 'address a'])).toThrow();
  inFlight.admit(['user 2', 'address b']);
});
