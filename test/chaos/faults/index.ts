import { crashClients, reloadClients, replayFrames, slowReaders } from './clients.ts';
import { stepClocks } from './clocks.ts';
import { fullPostgresDisk, fullRedisDisk } from './disks.ts';
import type { Fault } from './fault.ts';
import { hostileUsers } from './hostile.ts';
import { importHistory } from './imports.ts';
import { cutLink, delayLink, halfOpenLink, refusedLink, throttleLink } from './links.ts';
import { banGuest, muteMember, slowMode } from './moderation.ts';
import { guestLeaves, partFriends } from './people.ts';
import { absentPostgres, freezePostgres, killPostgres, restartPostgres } from './postgres.ts';
import { drain, freeze, killApi, killGateway, killRecorder } from './processes.ts';
import { failOver, freezeRedis, killRedis, littleMemory } from './redis.ts';
import { freezeNode, killNode, moveBuckets } from './redis-cluster.ts';
import { restoreRedis } from './restores.ts';
import { otherSettings } from './settings.ts';

/** The faults of Redis for each topology: one server with a replica, or a Redis Cluster. */
const ofRedis: Record<'pair' | 'cluster', Fault[]> = {
  pair: [killRedis, failOver, freezeRedis, fullRedisDisk, littleMemory, restoreRedis],
  cluster: [killNode, freezeNode, moveBuckets],
};

/** The faults of everything except Redis. */
const ofOthers: Fault[] = [
  ...[killGateway, killRecorder, killApi, drain, freeze],
  ...[fullPostgresDisk, stepClocks],
  ...[killPostgres, restartPostgres, absentPostgres, freezePostgres],
  ...[cutLink, delayLink, throttleLink, halfOpenLink, refusedLink],
  ...[reloadClients, crashClients, slowReaders, replayFrames],
  ...[partFriends, guestLeaves],
  ...[muteMember, banGuest, slowMode, importHistory],
  ...[otherSettings, hostileUsers],
];

/** Returns all faults that can occur with this form of Redis. */
export function faultsOn(redis: keyof typeof ofRedis): Fault[] {
  return [...ofRedis[redis], ...ofOthers];
}
