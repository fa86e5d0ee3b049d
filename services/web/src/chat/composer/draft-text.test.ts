import { describe, expect, it } from 'vitest';
import { excess, mentionAt, toSend } from './draft-text.ts';

describe('the text of a draft', () => {
  it.each([' ', '\n\n', '\t', '', '\0'])('toSend returns an empty string for the blank draft %j', (draft) =>
    expect(toSend(draft)).toBe(''),
  );
  it('toSend keeps line breaks and spaces inside a draft', () => expect(toSend('\n a\n\n  b \n')).toBe('a\n\n  b'));
  it('toSend removes characters that no message is allowed to contain', () =>
    expect(toSend('a\ud800b\0c')).toBe('a\ufffdbc'));

  it('excess counts characters instead of UTF-16 units', () => {
    expect(excess('😀'.repeat(8000))).toBe(0);
    expect(excess('😀'.repeat(10_000))).toBe(2000);
    expect(excess('w'.repeat(8001))).toBe(1);
  });

  it('mentionAt finds the name that is typed after an at sign', () => {
    expect(mentionAt('hi @An', 6)).toEqual({ from: 3, query: 'An' });
    expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' });
    expect(mentionAt('a@b', 3)).toBeUndefined();
    expect(mentionAt('@a b', 4)).toBeUndefined();
  });
});
