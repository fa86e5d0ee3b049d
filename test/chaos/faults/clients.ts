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

/** What a user is written while taking nothing: 5 MB, more than the 4 MB that the kernel holds of a connection. */
const FLOOD = { messages: 210, characters: 7800 };

/** Ms for which a reader takes nothing at most: gateways close what makes no progress for 60 s. */
const LONGEST = 40_000;

/** Some take nothing while their friends write them more than the kernel's buffers hold, so that the gateway has to let them catch up. */
export const slowReaders: Fault = {
  name: 'readers that take nothing',
  weight: 2,
  takes: ['clients'],
  strike: async (world, random) => {
    const { system, population, scale } = world;
    const sockets = population.devices.filter(({ transport, running }) => transport === 'websocket' && running);
    const chosen = random.shuffle(sockets).slice(0, random.whole(1, 2));
    const ms = Math.round(random.whole(6000, LONGEST) * scale);
    const ports = chosen.flatMap((device) => device.ports);
    const hold = (held: boolean) => {
      for (const cable of system.toGateways) for (const port of ports) cable.hold(port, held);
    };
    const before = await catchUps(system);
    hold(true);
    const flooded = Promise.all(chosen.map(({ user }) => flood(world, user)));
    await Promise.race([Promise.all([flooded, delay(ms)]), delay(Math.max(ms, LONGEST))]);
    const fell = Math.max(0, (await catchUps(system)) - before);
    hold(false);
    world.writers.figures.fellBehind += fell;
    return `${chosen.length} devices for ${ms} ms, ${fell} times one fell to catching up`;
  },
};

/** Messages of a friend's that are under way at a time. */
const AT_ONCE = 4;

/** Friends of a user write long messages. */
async function flood(world: World, user: number): Promise<void> {
  const { population, writers, ledger } = world;
  const friends = population.friends.get(user) ?? [];
  let left = FLOOD.messages;
  const write = async (friend: number) => {
    while (left > 0) {
      // By the others frames go one after the other.
      const device = population
        .devicesOf(friend)
        .find(({ transport, running }) => transport === 'websocket' && running);
      if (!device) return;
      left -= 1;
      await writers.send(device, ledger.write(friend, user, false, FLOOD.characters));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => friends.map(write)).flat());
}

/** How often gateways have let connections catch up. */
async function catchUps({ stack }: World['system']): Promise<number> {
  const counts = await Promise.all(
    stack.gatewayUrls.map(async (url) => {
      const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2000) }).then(
        (response) => response.text(),
        () => '',
      );
      return Number(/^parley_catch_ups_total\S* (\d+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  return counts.reduce((sum, each) => sum + each, 0);
}

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
