import { describe, expect, it } from 'vitest';
import { findDisguise, findHidden } from './display-text.ts';
import { requireFreeName } from './reserved-names.ts';

const reserved = ['admin', 'root', 'support', 'system'];

describe('a reserved name', () => {
  it.each([
    'admin',
    'Admin',
    'ADMIN',
    'adm1n',
    'a.d.m-i_n',
    'root',
    'r00t',
    'supp0rt',
    'Ｓystem',
    'аdmin',
    'Ádmin',
    '𝐚𝐝𝐦𝐢𝐧',
  ])('a user cannot choose the reserved name %s', (name) => {
    expect(() => requireFreeName(reserved, 'name', name)).toThrow('This name is reserved');
  });

  it.each(['ann', 'adminton', 'rootless', 'Support Team Fan', '管理员', 'Админка'])(
    'the name %s is allowed although it resembles a reserved one',
    (name) => {
      expect(() => requireFreeName(reserved, 'name', name)).not.toThrow();
    },
  );
});

describe('a name', () => {
  it.each([
    ['a zero-width space', 'an\u200bn'],
    ['a zero-width joiner between Latin letters', 'an\u200dn'],
    ['a word joiner', 'an\u2060n'],
    ['a soft hyphen', 'an\u00adn'],
    ['a right-to-left override', 'ann\u202etxt'],
    ['an isolate', '\u2066ann\u2069'],
    ['tag characters', `ann${String.fromCodePoint(0xe0061, 0xe0062)}`],
    ['tags on a flag that is none', `\u{1f3f4}${String.fromCodePoint(0xe0078, 0xe0079, 0xe007f)}`],
    ['a Hangul filler', '\u3164'],
    ['a braille blank', '\u2800\u2800'],
    ['a variation selector without an emoji', 'an\ufe0fn'],
    ['a private character', '\ue000'],
    ['a control character', 'a\u0007b'],
    ['a lone surrogate', 'a\ud800'],
    ['a pile of marks', `a${'\u0301'.repeat(8)}`],
    ['Latin and Cyrillic in a word', 'Аdmin'],
    ['Latin and Greek in a word', 'Αnn'],
  ])('findDisguise rejects a name with %s', (_, text) => {
    expect(findDisguise(text)).toBeTypeOf('string');
  });

  it.each([
    'Ann Smith',
    'José',
    'Zoë',
    '安',
    'Анна',
    'Анна Smith',
    'Ελένη',
    'محمد',
    'نمی‌خواهم',
    'क्‍ष',
    '👩‍👩‍👧',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿 Kate',
    '❤️',
    '👍🏽',
    '1️⃣',
    '🇨🇳',
    "O'Brien",
    'नमस्ते',
    'ツ',
  ])('findDisguise accepts the name %s', (text) => {
    expect(findDisguise(text)).toBeUndefined();
  });

  it('words that mix scripts are allowed in free text, but not in names', () => {
    expect(findHidden('μTorrent')).toBeUndefined();
    expect(findDisguise('μTorrent')).toBeTypeOf('string');
  });
});
