import { expect, it } from 'vitest';
import { readLayimSeal, sealLayimMedia } from './layim-seal.ts';

it('a seal (the signature of a LayIM address) is valid only for one media file, user, time and key', () => {
  const address = sealLayimMedia('key', 7, 42, 1000);
  const seal = address.slice('/layim/media/7/'.length);
  expect(address).toMatch(/^\/layim\/media\/7\/42\.1000\.[\w-]{43}$/);
  expect(readLayimSeal('key', 7, seal)).toEqual({ user: 42, made: 1000 });
  expect(readLayimSeal('key', 8, seal)).toBeUndefined();
  expect(readLayimSeal('other', 7, seal)).toBeUndefined();
  for (const forged of ['', 'x', '42.1000', '42.1000.', seal.replace('42.', '43.'), seal.replace('1000', '2000')])
    expect(readLayimSeal('key', 7, forged)).toBeUndefined();
});
