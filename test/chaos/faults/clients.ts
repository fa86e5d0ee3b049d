import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from '../people/device.ts';
import { textOf } from '../people/ledger.ts';
import type { Random } from '../random.ts';
import type { Fault, World } from './fault.ts';

export const reloadClients: Fault = {
  name: 'clients reload',
  weight: 2,
  takes: ['clients'],
  strike: async ({ population }, random) => {
    const chosen = some(population.devices, random);
    await Promise.all(chosen.map((device) => device.reload()));
    return `${chosen.length} devices`;
  },
};

/** What they had under way may have been accepted, and they do not know. */
export const crashClients: Fault = {
  name: 'clients crash before the acknowledgement',
  weight: 3,
  takes: ['clients'],
  strike: async ({ population, writers, ledger, scale }, random) => {
    const chosen = some(population.devices, random);
    for (const device of chosen) {
      const { user } = device;
      if (!device.running) continue;
      const chat = random.pick(population.friends.get(user) ?? []);
      writers.send(device, ledger.write(user, chat, false));
      // The frame leaves, its acknowledgement finds nobody; or it does not even leave.
      await delay(random.whole(0, 3));
      await device.crash();
    }
    const ms = Math.round(random.whole(0, 20_000) * scale);
    await delay(ms);
    await Promise.all(chosen.map((device) => device.start()));
    return `${chosen.length} devices, for ${ms} ms`;
  },
};

export const slowReaders: Fault = {
  name: 'readers that take nothing',
  weight: 2,
  takes: ['clients'],
  strike: async ({ population, scale }, random) => {
    const chosen = some(
      population.devices.filter(({ transport }) => transport === 'websocket'),
      random,
    );
    const ms = Math.round(random.whole(3000, 40_000) * scale);
    for (const device of chosen) device.hold(true);
    await delay(ms);
    for (const device of chosen) device.hold(false);
    return `${chosen.length} devices for ${ms} ms`;
  },
};

/** Frames that were acknowledged a moment ago come once more, by another connection: each is answered with the id it has. */
export const replayFrames: Fault = {
  name: 'old frames replayed',
  weight: 2,
  takes: ['clients'],
  strike: async (world, random) => {
    const { ledger, population } = world;
    const recent = ledger.sent.slice(-400).filter(({ state, group }) => state === 'acknowledged' && !group);
    let [answered, wrong] = [0, 0];
    for (const message of random.shuffle(recent).slice(0, 20)) {
      const device = population.devices.find(({ user, running }) => user === message.from && running);
      if (!device) continue;
      const frame = {
        type: 'send',
        ref: `m${message.n}`,
        to: message.chat,
        body: { type: 'text', text: textOf(message) },
      };
      const reply = await post(world, device, frame, random);
      if (reply?.type !== 'ack') continue;
      answered += 1;
      if (reply.id !== message.id) wrong += 1;
    }
    // The checker finds what was taken for another message as doubled, too.
    if (wrong > 0) throw new Error(`${wrong} of ${answered} were taken for other messages`);
    return `${answered} were answered with the ids they had`;
  },
};

async function post({ system }: World, device: Device, frame: object, random: Random): Promise<Reply | undefined> {
  const { port } = random.pick(system.toGateways);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/frames?device=replayer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${device.client.session?.accessToken}` },
      body: JSON.stringify(frame),
      signal: AbortSignal.timeout(3000),
    });
    return (await response.json()) as Reply;
  } catch {
    return undefined;
  }
}

/** Up to a fifth. */
function some(devices: readonly Device[], random: Random): Device[] {
  return random.shuffle(devices).slice(0, random.whole(1, Math.max(1, Math.floor(devices.length / 5))));
}

interface Reply {
  type: string;
  id?: number;
}
