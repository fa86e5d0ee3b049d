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

/**
 * Crashes clients. The server may have accepted messages in flight without the clients receiving
 * the acknowledgement.
 */
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
      // The connection breaks before the acknowledgement arrives, or before the frame leaves.
      await delay(random.whole(0, 3));
      await device.crash();
    }
    const ms = Math.round(random.whole(0, 20_000) * scale);
    await delay(ms);
    await Promise.all(chosen.map((device) => device.start()));
    return `${chosen.length} devices, for ${ms} ms`;
  },
};

/**
 * Number and size of messages that friends write to a user who does not read: 5 MB, more than the 4
 * MB that the kernel buffers per connection.
 */
const FLOOD = { messages: 210, characters: 7800 };

/**
 * Maximum ms for which a reader does not read. Gateways close a connection that makes no progress
 * for 60 s.
 */
const LONGEST = 40_000;

/**
 * Some clients stop reading while their friends write more than the kernel buffers, so that the
 * gateway makes them catch up.
 */
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

/** Number of concurrent messages of one friend. */
const AT_ONCE = 4;

/** Makes friends of a user write long messages. */
async function flood(world: World, user: number): Promise<void> {
  const { population, writers, ledger } = world;
  const friends = population.friends.get(user) ?? [];
  let left = FLOOD.messages;
  const write = async (friend: number) => {
    while (left > 0) {
      // SSE and long polling are not used here, because they send one frame after the other.
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

/** Returns how often gateways made connections catch up. */
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

/**
 * Resends recently acknowledged frames over another connection. The reply to each must contain the
 * original id.
 */
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
    // If another message got the id, the checker reports it as doubled.
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

/** Returns at most a fifth of the devices. */
function some(devices: readonly Device[], random: Random): Device[] {
  return random.shuffle(devices).slice(0, random.whole(1, Math.max(1, Math.floor(devices.length / 5))));
}

interface Reply {
  type: string;
  id?: number;
}
