import { describe, expect, it } from 'vitest';
import { firstLink, linkTarget } from './links.ts';

describe('the first link of a text', () => {
  it.each([
    ['See https://example.com/a?b=1#c, please.', 'https://example.com/a?b=1#c'],
    ['www.example.com and https://other.example', 'www.example.com'],
    ['[the page](https://example.com/page) here', 'https://example.com/page'],
    ['(https://example.com/a_(b))', 'https://example.com/a_(b))'],
    ['看https://example.com。好', 'https://example.com'],
    ['javascript:alert(1) ftp://example.com mail@www.example.com', undefined],
    ['https://', undefined],
    ['', undefined],
  ])('%s', (text, link) => expect(firstLink(text)).toBe(link));

  it('a link without a scheme leads to https', () => {
    expect(linkTarget('WWW.example.com')).toBe('https://WWW.example.com');
    expect(linkTarget('http://example.com')).toBe('http://example.com');
  });
});
