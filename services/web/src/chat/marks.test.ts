import { describe, expect, it } from 'vitest';
import { marks } from './marks.ts';

const show = (parts: ReturnType<typeof marks>) => parts.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');

describe('what was found in a text', () => {
  it('is marked', () => {
    expect(
      show(
        marks('say hello to hello kitty', [
          [4, 9],
          [13, 18],
        ]),
      ),
    ).toBe('say [hello] to [hello] kitty');
  });
  it('is seen, however far into the text it is', () => {
    const text = `${'x'.repeat(7000)} needle ${'y'.repeat(900)}`;
    const shown = show(marks(text, [[7001, 7007]]));
    expect(shown).toContain('[needle]');
    expect(shown.length).toBeLessThan(260);
  });
  it('may be nothing', () => expect(show(marks('plain', []))).toBe('plain'));
});
