import { describe, expect, it } from 'vitest';
import { excess, mentionAt, toSend } from './draft-text.ts';

describe('a draft', () => {
  it.each([' ', '\n\n', '\t', '', '\0'])('that is blank (%j) has nothing to send', (draft) =>
    expect(toSend(draft)).toBe(''),
  );
  it('keeps its breaks and inner space', () => expect(toSend('\n a\n\n  b \n')).toBe('a\n\n  b'));
  it('loses what no message may hold', () => expect(toSend('a\ud800b\0c')).toBe('a\ufffdbc'));

  it('is too long by characters, not by their units', () => {
    expect(excess('😀'.repeat(8000))).toBe(0);
    expect(excess('😀'.repeat(10_000))).toBe(2000);
    expect(excess('w'.repeat(8001))).toBe(1);
  });

  it('says whom one is about to mention', () => {
    expect(mentionAt('hi @An', 6)).toEqual({ from: 3, query: 'An' });
    expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' });
    expect(mentionAt('a@b', 3)).toBeUndefined();
    expect(mentionAt('@a b', 4)).toBeUndefined();
  });
});
