import { describe, expect, it } from 'vitest';
import { isLargeEmoji, textParts } from './text-parts.ts';

const links = (text: string) => textParts(text).flatMap((part) => (part.type === 'link' ? [part.href] : []));

describe('the parts of a text', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/x)', ['https://example.org/x']],
    ['https://en.wikipedia.org/wiki/A_(b)', ['https://en.wikipedia.org/wiki/A_(b)']],
    ['看https://example.org/中文，好', ['https://example.org/中文']],
    ['www.example.org', ['https://www.example.org']],
    ['http://localhost:8080/x http://b.c', ['http://localhost:8080/x', 'http://b.c']],
    ['javascript:alert(1) data:text/html,x', []],
    ['xhttps://example.org', []],
    ['https://', []],
    ['"https://a.b"><script>', ['https://a.b']],
  ])('textParts finds in the text %s the links %j', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it('the parts that textParts returns add up to the whole text', () => {
    const text = '<b>@Ann</b> & https://a.b/c) @Ann Lee \u202e evil \n\n www.x.y,';
    const names = new Map([
      [1, 'Ann'],
      [2, 'Ann Lee'],
    ]);
    const parts = textParts(text, names);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.filter(({ type }) => type === 'mention')).toEqual([
      { type: 'mention', text: '@Ann', user: 1 },
      { type: 'mention', text: '@Ann Lee', user: 2 },
    ]);
  });

  it('textParts ends a link before a direction override character', () => {
    expect(links('https://a.b/\u202egpj.exe')).toEqual(['https://a.b/']);
  });

  it('textParts splits 8,000 characters without spaces within a second', () => {
    expect(textParts('w'.repeat(8000))).toHaveLength(1);
    expect(textParts('https://a.b/'.repeat(660)).length).toBeGreaterThan(0);
  });
});

describe('large emoji', () => {
  it.each(['👍', '👨‍👩‍👧‍👦 ❤️', '🇨🇳🇩🇪😀'])('isLargeEmoji returns true for the text %s', (text) =>
    expect(isLargeEmoji(text)).toBe(true),
  );
  it.each(['', ' ', '1', 'a 👍', '👍👍👍👍'])('isLargeEmoji returns false for the text %j', (text) =>
    expect(isLargeEmoji(text)).toBe(false),
  );
  it('isLargeEmoji returns false for ten thousand emoji', () => expect(isLargeEmoji('😀'.repeat(10_000))).toBe(false));
});
