import { describe, expect, it } from 'vitest';
import { marks } from './marks.ts';

const show = (parts: ReturnType<typeof marks>) => parts.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');

describe('a search result', () => {
  it('marks highlights each hit of a search result', () => {
    expect(
      show(
        marks('say hello to hello kitty', [
          [4, 9],
          [13, 18],
        ]),
      ),
    ).toBe('say [hello] to [hello] kitty');
  });
  it('marks shows a hit that is far into a long text', () => {
    const text = `${'x'.repeat(7000)} needle ${'y'.repeat(900)}`;
    const shown = show(marks(text, [[7001, 7007]]));
    expect(shown).toContain('[needle]');
    expect(shown.length).toBeLessThan(260);
  });
  it('marks leaves a search result without hits unchanged', () => expect(show(marks('plain', []))).toBe('plain'));
});
