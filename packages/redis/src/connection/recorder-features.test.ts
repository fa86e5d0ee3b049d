import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { hasOldRecorder, recorderFeatures } from './recorder-features.ts';
import { shareSettings } from './share-settings.ts';

onEachRedis((redis) => {
  it('hasOldRecorder returns true while a recorder of the previous release runs', async () => {
    const { connection } = redis;
    const gateway = await shareSettings(connection, 'gateway a:1', {});
    const present = await shareSettings(connection, 'recorder a:2', { REPLICAS_ACK: '0', ...recorderFeatures });
    expect(await hasOldRecorder(connection)).toBe(false);
    const old = await shareSettings(connection, 'recorder b:3', { REPLICAS_ACK: '0' });
    expect(await hasOldRecorder(connection)).toBe(true);
    await old();
    expect(await hasOldRecorder(connection)).toBe(false);
    await Promise.all([gateway(), present()]);
  });
});
