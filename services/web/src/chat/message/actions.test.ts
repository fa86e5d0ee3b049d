import { describe, expect, it } from 'vitest';
import { actionsOf } from './actions.ts';

const text = { type: 'text', text: 'hi' } as const;
const stop = { action: 'stop', label: 'Stop' };
const again = { action: 'again', label: 'Again' };

describe('actionsOf', () => {
  it('actionsOf returns the button `stop` while the text grows, and the other buttons afterwards', () => {
    const custom = { actions: [stop, again] };
    expect(actionsOf({ body: text, custom, streaming: true })).toEqual([stop]);
    expect(actionsOf({ body: text, custom })).toEqual([again]);
    expect(actionsOf({ body: { type: 'custom', name: 'poll', data: custom } })).toEqual([again]);
  });

  it.each([
    ['no custom data', undefined],
    ['no list', { actions: 'again' }],
    ['null', { actions: [null] }],
    ['a name that is too long', { actions: [{ action: 'a'.repeat(65), label: 'Again' }] }],
    ['a blank label', { actions: [{ action: 'again', label: ' ' }] }],
  ])('actionsOf returns no buttons for %s', (_, custom) => {
    expect(actionsOf({ body: text, ...(custom && { custom: custom as Record<string, unknown> }) })).toEqual([]);
  });

  it('actionsOf returns at most 8 buttons', () => {
    expect(actionsOf({ body: text, custom: { actions: Array(9).fill(again) } })).toHaveLength(8);
  });
});
