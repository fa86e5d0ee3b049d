import { describe, expect, it } from 'vitest';
import { excess, mentionAt, toSend } from './draft-text.ts';

describe('the text of a draft', () => {
  it.each([' ', '\n\n', '\t', '', '\0'])('the text of the blank draft %j is empty', (draft) =>
    expect(toSend(draft)).toBe(''),
  );
  it('the text of a draft keeps line breaks and inner spaces', () => expect(toSend('\n a\n\n  b \n')).toBe('a\n\n  b'));
  it('the text of a draft drops characters that no message may contain', () =>
    expect(toSend('a\ud800b\0c')).toBe('a\ufffdbc'));

  it('the length of a draft is counted in characters, not UTF-16 units', () => {
    expect(excess('😀'.repeat(8000))).toBe(0);
    expect(excess('😀'.repeat(10_000))).toBe(2000);
    expect(excess('w'.repeat(8001))).toBe(1);
  });

  it('the text of a draft finds the name typed after an at sign', () => {
    expect(mentionAt('hi @An', 6)).toEqual({ from: 3, query: 'An' });
    expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' });
    expect(mentionAt('a@b', 3)).toBeUndefined();
    expect(mentionAt('@a b', 4)).toBeUndefined();
  });
});
