import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { GATEWAY_GONE_AFTER, heartbeat, liveGateways, retireGateway } from './heartbeat.ts';

onEachRedis((redis) => {
  const silentFor = (gateway: string, ms: number) =>
    redis.connection.client.zadd(redis.connection.keys.gateways, Date.now() - ms, gateway);

  it('heartbeat and liveGateways return all live gateways', async () => {
    expect(await liveGateways(redis.connection)).toEqual([]);
    expect(await heartbeat(redis.connection, 'one')).toEqual(['one']);
    expect((await heartbeat(redis.connection, 'two')).sort()).toEqual(['one', 'two']);
    expect((await liveGateways(redis.connection)).sort()).toEqual(['one', 'two']);
  });

  it('a gateway without a heartbeat for 15 s does not count as live until its next heartbeat', async () => {
    await heartbeat(redis.connection, 'here');
    await silentFor('late', GATEWAY_GONE_AFTER - 5000);
    await silentFor('silent', GATEWAY_GONE_AFTER + 1);
    const live = await heartbeat(redis.connection, 'here');
    expect(live).toContain('late');
    expect(live).not.toContain('silent');
    expect(await heartbeat(redis.connection, 'silent')).toContain('silent');
  });

  it('retireGateway removes a stopping gateway from the live gateways at once', async () => {
    await heartbeat(redis.connection, 'stopping');
    await retireGateway(redis.connection, 'stopping');
    expect(await liveGateways(redis.connection)).not.toContain('stopping');
  });

  it('heartbeat removes a killed gateway from the list after an hour', async () => {
    await silentFor('killed', 3_600_001);
    await silentFor('resting', 3_000_000);
    await heartbeat(redis.connection, 'here');
    const known = await redis.connection.client.zrange(redis.connection.keys.gateways, '0', '-1');
    expect(known).not.toContain('killed');
    expect(known).toContain('resting');
  });
});
