import { expect, it } from 'vitest';
import type { Measurement } from '../measure/traffic.ts';
import { gatewayRatios, median, showSockets } from './sockets.ts';

const run = (gateways: number) =>
  ({
    cpu: { gateways },
    cpuOfServers: 2 * gateways,
    ackedPerSecond: 100,
    lost: 0,
    unanswered: 0,
    doubled: 0,
  }) as Measurement;

const runs = { uws: [run(50), run(80)], node: [run(60), run(80)], socketio: [run(200), run(160)] };

it('gatewayRatios compares the socket libraries round by round', () => {
  expect(gatewayRatios({ runs }, 'uws')).toEqual([1.2, 1]);
  expect(gatewayRatios({ runs }, 'socketio')).toEqual([0.3, 0.5]);
  expect(showSockets([{ window: 8, runs }])).toMatch(/gateways +65\.0 +70\.0 +180\.0/);
});

it('median returns the mean of the two middle values for an even number of values', () => {
  expect(median([9, 1, 3, 5])).toBe(4);
  expect(median([9, 1, 3])).toBe(3);
});
