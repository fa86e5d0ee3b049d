import { livePath } from '../benchmarks/scale.ts';
import { gatewayRatios, median } from '../benchmarks/sockets.ts';
import type { Results } from './results.ts';

/**
 * Compares results with Parley's performance targets. A missed target does not fail the run,
 * because figures depend on the machine.
 */
export function targets({
  live,
  rate,
  idle,
  frames,
  groups,
  roll,
  scale,
  connections,
  overload,
  hostile,
  web,
  sockets,
}: Results): Target[] {
  const list: Target[] = [];
  const atMost = (name: string, limit: number, measured: number | undefined, unit: string) => {
    if (measured !== undefined) list.push({ name, limit, measured, unit, met: measured <= limit });
  };
  const [ours, theirs] = (['parley', 'socketio'] as const).map((name) =>
    live?.find(({ system }) => system === name)?.runs.find(({ window }) => window === 8),
  );
  if (ours) {
    const { gateways = 0, redis = 0, recorder = 0, postgres = 0 } = ours.cpu;
    atMost('live path (gateways, Redis), window 8', 80, gateways + redis, 'us CPU/message');
    atMost('recording (recorder, PostgreSQL), window 8', 50, recorder + postgres, 'us CPU/message');
    if (theirs) atMost('all servers, window 8', 1 / 3, ours.cpuOfServers / theirs.cpuOfServers, "of Socket.IO's CPU");
  }
  const steady = rate?.find(({ system }) => system === 'parley');
  if (steady) {
    atMost(`end to end p99 at ${steady.rate}/s`, 10, steady.run.latency.p99, 'ms');
    atMost(`record lag p99 at ${steady.rate}/s`, 250, steady.run.recordLag?.p99, 'ms');
  }
  const connection = idle?.find(({ system }) => system === 'parley');
  if (connection) {
    atMost('idle connection', 5, connection.each / 1024, 'KiB');
    for (const [part, share] of Object.entries(connection.cpu))
      atMost(`CPU of an idle process: ${part}`, 0.5, share, '%');
  }
  const [readFrame, byHand] = ['readFrame', 'by hand'].map(
    (name) => frames?.find((result) => result.name === name)?.nanoseconds,
  );
  if (readFrame && byHand) atMost('readFrame', 1.1, readFrame / byHand, 'times the check by hand');
  const [group, roomOfGroup] = (['parley', 'socketio'] as const).map((name) =>
    groups?.find(({ system }) => system === name),
  );
  if (group) {
    atMost(`a group of ${group.members} has it, p99 at ${group.rate}/s`, 100, group.run.all.p99, 'ms');
    atMost('rows of a group message', 1, group.rowsPerMessage, '');
    const ratio = roomOfGroup && group.run.cpuOfServers / roomOfGroup.run.cpuOfServers;
    atMost('all servers, per delivery to a group', 1, ratio, "of Socket.IO's CPU");
  }
  if (roll) {
    atMost('lost or doubled in a rolling restart', 0, roll.talk.lost + roll.talk.doubled, 'messages');
    atMost('end to end p99 in a rolling restart', 1000, roll.talk.latency.p99, 'ms');
    atMost('a gateway is ready', 2000, Math.max(...roll.ready), 'ms');
    atMost('reconnects in one second', 3, (roll.mostReconnects * roll.seconds) / roll.reconnects, 'times the average');
  }
  const [one, four] = [1, 4].map((count) =>
    scale?.find(({ gateways, masters }) => gateways === count && masters === 1),
  );
  if (one && four) {
    atMost('live path on 4 gateways', 1.1, livePath(four.run) / livePath(one.run), 'times that on 1');
    atMost('gateways that hear a message', 2.01, four.reached, '');
  }
  if (connections) atMost('one of many idle connections', 5, connections.memory.gateways / 1024, 'KiB');
  if (overload) {
    atMost('end to end p99 of what is admitted, ten times too much offered', 1000, overload.flood.latency.p99, 'ms');
    atMost('and normal again after', 10, overload.recovery, 's');
  }
  if (hostile) {
    atMost('p99 of honest pairs beside hostile users', 2, hostile.ratio, 'times that without');
    const [worst = 0] = hostile.memory.map(({ peak, limit }) => peak / limit).sort((a, b) => b - a);
    atMost('memory of a process beside hostile users', 1, worst, 'of its limit');
  }
  for (const result of sockets ?? []) {
    const name = `gateway CPU on node:http and ws, window ${result.window}`;
    atMost(name, 2, median(gatewayRatios(result, 'uws')), 'times that on uWebSockets.js');
    atMost(name, 0.5, median(gatewayRatios(result, 'socketio')), "of Socket.IO's");
  }
  if (web) {
    atMost('JavaScript of the chat page, gzipped', 120, web.scriptBytes / 1024, 'KiB');
    atMost('first paint of the chat page', 1000, web.firstPaint, 'ms');
    atMost('switching among 500 chats, p95', 50, web.switching.p95, 'ms');
    atMost('long tasks while scrolling up', 0, web.scrolling.longTasks, '');
  }
  return list;
}

export interface Target {
  name: string;
  /** Maximum value that meets the target. */
  limit: number;
  measured: number;
  unit: string;
  met: boolean;
}
