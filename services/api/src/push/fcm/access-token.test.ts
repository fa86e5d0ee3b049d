import { Networks, Poster } from '@parley/service';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FcmService } from '../../../test/fcm-service.ts';
import { readConfig } from '../../config.ts';
import { AccessToken } from './access-token.ts';

const minute = 60_000;
let fcm: FcmService;
let poster: Poster;
let token: AccessToken;
beforeAll(async () => {
  fcm = await FcmService.start();
  poster = new Poster({ allowed: new Networks(['127.0.0.0/8']), timeout: 5000, maxReply: 4096 });
});
afterAll(async () => {
  poster?.close();
  await fcm?.close();
});
beforeEach(() => {
  const env = { DATABASE_URL: 'postgres://localhost/parley', FCM_CREDENTIALS: fcm.credentials };
  const config = readConfig(env).push?.fcm;
  if (!config) throw new Error('no FCM');
  token = new AccessToken(config, poster);
  fcm.issued.length = 0;
});

it('the api renews the FCM access token five minutes before it expires', async () => {
  const now = Date.now();
  const first = await token.get(now);
  expect(await token.get(now + 54 * minute)).toBe(first);
  const second = await token.get(now + 55 * minute);
  expect(second).not.toBe(first);
  expect(await token.get(now + 60 * minute)).toBe(second);
  expect(fcm.issued).toHaveLength(2);
});

it('the api requests one FCM access token for all notifications that wait for it', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => token.get(Date.now())));
  expect(new Set(all).size).toBe(1);
  expect(fcm.issued).toHaveLength(1);
});

it('the api keeps the FCM access token when a rejection of an older token arrives late', async () => {
  const now = Date.now();
  const first = await token.get(now);
  const second = await token.get(now + 56 * minute);
  token.reject(first);
  expect(await token.get(now + 56 * minute)).toBe(second);
  token.reject(second);
  expect(await token.get(now + 56 * minute)).not.toBe(second);
});
