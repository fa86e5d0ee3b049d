import { fits, limits } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFileName, contentDisposition } from './file-name.ts';

describe('a file name', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ann\\a.doc', 'a.doc'],
    ['/', 'file'],
    ['..', 'file'],
    ['', 'file'],
    [' \n', 'file'],
    ['a\r\nSet-Cookie: x.png', 'aSet-Cookie: x.png'],
    ['a\u0000.png', 'a.png'],
    ['photo\u202egnp.exe', 'photognp.exe'],
    ['\u2067x\u2069.txt', 'x.txt'],
    ['half\ud800.txt', 'half.txt'],
    ['视频.mp4', '视频.mp4'],
    ['e\u0301.txt', '\u00e9.txt'],
  ])('cleanFileName converts %j to %j', (given, clean) => {
    expect(cleanFileName(given)).toBe(clean);
  });

  it('cleanFileName keeps the extension of a file name that is too long', () => {
    const name = cleanFileName(`${'😀'.repeat(400)}.jpeg`);
    expect([...name].length).toBe(limits.mediaName);
    expect(name.endsWith('😀.jpeg')).toBe(true);
  });

  it('cleanFileName always returns a name that is valid in a message and never leads to another folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
        const name = cleanFileName(given);
        expect(fits(name, limits.mediaName) && name.length > 0 && name.isWellFormed()).toBe(true);
        expect(name).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(name).not.toMatch(/^\.*$/);
        expect(() => new Headers({ 'content-disposition': contentDisposition('inline', name) })).not.toThrow();
      }),
    );
  });
});

it('contentDisposition contains an ASCII file name for old clients and the full name for new clients', () => {
  expect(contentDisposition('attachment', 'it\'s "100%" 视频.mp4')).toBe(
    'attachment; filename="it\'s _100__ __.mp4"; ' + "filename*=UTF-8''it%27s%20%22100%25%22%20%E8%A7%86%E9%A2%91.mp4",
  );
});
