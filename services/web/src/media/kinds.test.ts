import { describe, expect, it } from 'vitest';
import { durationText, extensionOf, kindOf, sizeText } from './kinds.ts';

describe('files', () => {
  it.each([
    ['image/png', 'image'],
    ['image/svg+xml', 'file'],
    ['text/html', 'file'],
    ['audio/webm;codecs=opus', 'audio'],
    ['video/mp4', 'video'],
    ['', 'file'],
  ])('kindOf maps the MIME type %j to the message type %s', (mime, kind) => expect(kindOf(mime)).toBe(kind));

  it('sizeText and durationText format sizes and durations', () => {
    expect(sizeText(0, 'en')).toBe('0 byte');
    expect(sizeText(1_400_000, 'en')).toBe('1.4 MB');
    expect(durationText(65.2)).toBe('1:05');
    expect(durationText(Number.NaN)).toBe('0:00');
  });

  it('extensionOf returns the extension of a file name', () => {
    expect(extensionOf('a.tar.gz')).toBe('GZ');
    expect(extensionOf('<script>.js"')).toBe('');
  });
});
