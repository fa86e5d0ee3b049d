import { crashClients, reloadClients, replayFrames, slowReaders } from './clients.ts';
import { stepClocks } from './clocks.ts';
import { fullPostgresDisk, fullRedisDisk } from './disks.ts';
import type { Fault } from './fault.ts';
import { cutLink, delayLink, halfOpenLink, refusedLink, throttleLink } from './links.ts';
import { guestLeaves, partFriends } from './people.ts';
import { absentPostgres, freezePostgres, killPostgres, restartPostgres } from './postgres.ts';
import { drain, freeze, killApi, killGateway, killRecorder } from './processes.ts';
import { failOver, freezeRedis, killRedis } from './redis.ts';

/** All that can go wrong. */
export const faults: Fault[] = [
  ...[killGateway, killRecorder, killApi, drain, freeze],
  ...[killRedis, failOver, freezeRedis],
  ...[fullRedisDisk, fullPostgresDisk, stepClocks],
  ...[killPostgres, restartPostgres, absentPostgres, freezePostgres],
  ...[cutLink, delayLink, throttleLink, halfOpenLink, refusedLink],
  ...[reloadClients, crashClients, slowReaders, replayFrames],
  ...[partFriends, guestLeaves],
];
