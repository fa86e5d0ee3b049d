import { describe, expect, it } from 'vitest';
import { findLayimMedia, layimAddress, mediaOf, replaceLayimMedia } from './layim.ts';

describe('addresses of LayIM files in texts', () => {
  it('findLayimMedia returns the id of each media file in a text once, whether or not its address is signed, and ignores ids that are too long', () => {
    const text = `img[/layim/media/12/7.9.a-_b] file(/layim/media/3)[a.txt] /layim/media/12 /layim/media/${'9'.repeat(17)}`;
    expect(findLayimMedia(text)).toEqual([12, 3]);
    expect(findLayimMedia('/layim/media/0 /layim/media/x layim/media')).toEqual([]);
    expect(findLayimMedia(Array.from({ length: 30 }, (_, i) => layimAddress(i + 1)).join(' '))).toHaveLength(10);
  });

  it('replaceLayimMedia replaces addresses and keeps the markup around them', () => {
    const text = 'a img[/layim/media/12/7.9.a-_b] file(/layim/media/3)[a.txt]';
    expect(replaceLayimMedia(text, layimAddress)).toBe('a img[/layim/media/12] file(/layim/media/3)[a.txt]');
  });

  it('mediaOf returns the media file of a body, or the LayIM files whose addresses are in its text', () => {
    expect(mediaOf({ type: 'file', media: 5, name: '/layim/media/6', size: 1, mime: 'a/b' })).toEqual([5]);
    expect(mediaOf({ type: 'text', text: 'img[/layim/media/6/x]' })).toEqual([6]);
    expect(mediaOf({ type: 'sticker', code: '/layim/media/6' })).toEqual([]);
  });
});
