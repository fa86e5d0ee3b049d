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
 * Crashes clients. The server might have accepted messages whose acknowledgement has not reached
 * the client yet.
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
      // The client crashes up to 3 ms after it has sent: either before the frame has left, or
      // before the acknowledgement arrives.
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
 * Number of messages and length of each that friends write to a user whose client does not read.
 * Together they have 5 MB, which exceeds the 4 MB that the kernel buffers per connection.
 */
const FLOOD = { messages: 210, characters: 7800 };

/**
 * Maximum ms for which a client does not read. It is below the 60 s after which gateways close a
 * connection without progress.
 */
const LONGEST = 40_000;

/**
 * Stops some clients from reading while their friends write more than the kernel can buffer, so
 * that the gateway drops the events and lets the client catch up later.
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

/** Number of messages that each friend sends concurrently. */
const AT_ONCE = 4;

/** Lets the friends of a user write long messages to the user. */
async function flood(world: World, user: number): Promise<void> {
  const { population, writers, ledger } = world;
  const friends = population.friends.get(user) ?? [];
  let left = FLOOD.messages;
  const write = async (friend: number) => {
    while (left > 0) {
      // Uses only WebSocket clients, because the other transports send one frame after the other,
      // which would be too slow.
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

/** Returns how often all gateways together have made a connection catch up. */
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
 * Sends recently acknowledged frames again over another connection. The server must acknowledge
 * each one with its original id.
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
    // Throws if a frame got a new id. The checker would report the same defect as a duplicate
    // message.
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

/** Returns a random selection of at most a fifth of the devices. */
function some(devices: readonly Device[], random: Random): Device[] {
  return random.shuffle(devices).slice(0, random.whole(1, Math.max(1, Math.floor(devices.length / 5))));
}

interface Reply {
  type: string;
  id?: number;
}
