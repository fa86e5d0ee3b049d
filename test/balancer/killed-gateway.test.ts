import { Parley, type WebSocketLike } from '@parley/client';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Client } from '../gateway/client.ts';
import { readMetric } from './metrics.ts';
import { BalancedSystem, findBalancer } from './system.ts';

/** Ms within which the users of a killed gateway must be offline or connected elsewhere. */
const DEADLINE = 20_000;

describe.skipIf(!(await findBalancer()))('a killed gateway behind a load balancer', () => {
  it('within 20 s after a gateway is killed, its users are online through another gateway or shown as offline', async () => {
    await using system = await BalancedSystem.start();
    const people = Array.from(
      { length: 12 },
      () => new Parley({ api: system.url, WebSocket: WebSocket as unknown as WebSocketLike }),
    );
    for (const [i, person] of people.entries()) {
      await person.register({ username: `person-${i}`, password: 'correct horse' });
      await person.connect();
      await person.online();
    }
    const gone = new Parley({ api: system.url });
    const { accessToken: token, user } = await gone.register({ username: 'gone', password: 'correct horse' });
    const [killed, ...others] = system.gateways;
    // This client does not reconnect.
    const socket = await Client.open(killed?.url.replace('http', 'ws') as string, token);
    const [watcher] = people as [Parley];
    const online = new Map<number, boolean>();
    watcher.on('presence', (presence) => online.set(presence.user, presence.online));
    const watched = [user.id, ...people.slice(1).map((person) => person.user as number)];
    watcher.watch(watched);
    await waitFor(() => watched.every((id) => online.get(id)));
    const there = await readMetric(killed?.url as string, 'parley_connections');
    expect(there).toBeGreaterThan(1);

    await killed?.kill();
    await socket.untilClosed();
    await waitFor(() => people.every(({ status }) => status.state === 'online'), { timeout: DEADLINE });
    await waitFor(() => online.get(user.id) === false, { timeout: DEADLINE, message: 'who is gone is online' });
    const elsewhere = await Promise.all(others.map(({ url }) => readMetric(url, 'parley_connections')));
    expect(elsewhere.reduce((sum, each) => sum + each)).toBe(people.length);
    // Clients that reconnected appear online.
    await waitFor(() => people.slice(1).every((person) => online.get(person.user as number)), { timeout: DEADLINE });
    await Promise.all(people.map((person) => person.close()));
  }, 90_000);
});
