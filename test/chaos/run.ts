import { setTimeout as delay } from 'node:timers/promises';
import { openPool, type Result, verifyDatabase } from '@parley/database';
import { connectRedis } from '@parley/redis';
import { checkActs } from './check/acts.ts';
import { checkDevices } from './check/devices.ts';
import {
  type Evidence,
  type Fault as Finding,
  readCleared,
  readCopies,
  readHidden,
  readOwn,
} from './check/evidence.ts';
import { readMissed } from './check/missed.ts';
import { checkRecords } from './check/records.ts';
import { compareView } from './check/views.ts';
import type { Fault, Part, World } from './faults/fault.ts';
import { faultsOn } from './faults/index.ts';
import type { Options } from './options.ts';
import { Ledger } from './people/ledger.ts';
import { Population } from './people/population.ts';
import { Writers } from './people/writers.ts';
import { Random } from './random.ts';
import { planFaults, type Strike } from './schedule.ts';
import { settle, untilNone } from './settle.ts';
import { System } from './system/system.ts';

/**
 * Runs the whole system while the simulated users write and the faults that `planFaults` chose
 * occur. Then waits until everything is idle, and runs all checks.
 */
export async function runChaos(options: Options, log: (line: string) => void = () => {}): Promise<Outcome> {
  const random = new Random(options.seed + 1);
  log('starting the system');
  await using system = await System.start({ cluster: options.cluster });
  const ledger = new Ledger();
  let writers: Writers | undefined;
  const population = await Population.found(system, options.clients, random, (...heard) => writers?.heard(...heard));
  writers = new Writers(population, ledger, random, options.rate);
  log(`${population.users.length} users, ${population.groups.size} groups, ${population.devices.length} devices`);
  await Promise.all(population.devices.map((device) => device.start()));
  await Promise.all(population.devices.map((device) => device.client.online()));

  const world: World = { system, population, writers, ledger, scale: Math.min(1, options.seconds / 600 + 0.15) };
  const began = Date.now();
  writers.start();
  const ticker = setInterval(() => log(`${seconds(began)} s: ${ledger.acknowledged} acknowledged`), 10_000);
  const end = began + options.seconds * 1000;
  const kinds = faultsOn(options.cluster ? 'cluster' : 'pair');
  const impossible = kinds.map(({ name, impossible: why }) => ({ fault: name, why: why?.(system) }));
  const leftOut = impossible.flatMap(({ fault, why }) => (why === undefined ? [] : [{ fault, why }]));
  for (const { fault, why } of leftOut) log(`left out: ${fault}: ${why}`);
  const possible = kinds.filter(
    ({ name }) => name.includes(options.only ?? '') && !leftOut.some(({ fault }) => fault === name),
  );
  const strikes = await carryOut(planFaults(options, possible), possible, world, { began, end }, log);
  await delay(Math.max(0, end - Date.now()));
  writers.stop();
  const wrote = seconds(began);
  clearInterval(ticker);

  log('coming to rest');
  const pool = openPool({ url: system.stack.databaseUrl, name: 'chaos' });
  const link = await connectRedis({ url: system.redis.url, name: 'chaos' });
  try {
    const { faults: restless, stalled } = await settle(world, link, log);
    const { devices, groups, users } = population;
    for (const device of devices.slice(0, 20))
      await writers.acts.archive(device, population.friends.get(device.user)?.[0] ?? 0);
    await showImports(world);
    // Leaves out the copies of hostile users, because the ledger does not list their messages.
    const copies = await readCopies(pool, new Set([...users, ...population.strangers, ...groups.keys()]));
    const cleared = await readCleared(pool);
    const hidden = await readHidden(pool);
    const evidence: Evidence = {
      ...{
        sent: ledger.sent,
        copies,
        cleared,
        hidden,
        ...(await readOwn(pool)),
        acts: writers.acts,
        devices: devices.map(({ name, user, journal }) => ({ name, user, entries: journal.entries })),
      },
      ...{ deleted: writers.deleted, groups, mayHear: (conversation, user) => population.mayHear(conversation, user) },
    };
    log('checking');
    const told = checkDevices(evidence);
    const database = await verifyDatabase(pool);
    const differences = await untilNone(
      async () => (await Promise.all(devices.map((device) => compareView(device, copies, hidden)))).flat(),
      30_000,
    );
    const unequal = differences.map((what): Finding => ({ kind: 'unequal', what }));
    const unread = await readMissed(devices, told.missed, { cleared, hidden });
    return {
      options,
      strikes,
      leftOut,
      wrote,
      database,
      faults: [...restless, ...checkRecords(evidence), ...checkActs(evidence), ...told.faults, ...unread, ...unequal],
      figures: {
        written: ledger.sent.length,
        acknowledged: ledger.acknowledged,
        refused: ledger.refused,
        heard: devices.reduce((sum, { journal }) => sum + journal.length, 0),
        withdrawn: told.withdrawn,
        missed: told.missed.reduce((sum, { ids }) => sum + ids.length, 0),
        users: users.length,
        devices: devices.length,
        ...writers.figures,
        ...writers.acts.figures,
        imports: writers.acts.imports.length,
        deviceReloads: devices.reduce((sum, device) => sum + device.reloads, 0),
        stalled,
        signOuts: devices.reduce((sum, device) => sum + device.signOuts, 0),
      },
    };
  } finally {
    await Promise.all([pool.end(), link.close()]);
    await Promise.all(population.devices.map((device) => device.stop()));
  }
}

/**
 * Loads the chats of all users with imported messages from the api into their devices, because
 * imports send no events.
 */
async function showImports({ population, writers }: World): Promise<void> {
  const users = new Set(
    writers.acts.imports.flatMap(({ from, to, group }) => (group ? (population.groups.get(to) ?? []) : [from, to])),
  );
  for (const device of population.devices.filter(({ user }) => users.has(user))) {
    const left = await untilNone(async () => {
      const { items } = await device.client.api('GET /chats', { limit: 200 });
      await device.client.load(...items);
      return [];
    }, 60_000);
    if (left.length > 0) throw new Error(`${device.name} cannot read its chats: ${left.join()}`);
  }
}

/**
 * Causes each fault at its planned time, or later as soon as earlier faults of the same parts are
 * repaired. Causes no fault after the end of the run.
 */
async function carryOut(plan: Strike[], faults: Fault[], world: World, { began, end }: Span, log: Log) {
  const busy = new Map<Part, Promise<unknown>>();
  const struck: Promise<Struck | undefined>[] = [];
  for (const { at, fault: name, dice } of plan) {
    const fault = faults.find((each) => each.name === name);
    if (!fault) continue;
    await delay(Math.max(0, began + at - Date.now()));
    const done = Promise.all(fault.takes.map((part) => busy.get(part))).then(async () => {
      if (Date.now() > end) return undefined;
      const start = seconds(began);
      const outcome = await fault.strike(world, new Random(dice)).then(
        (what) => ({ what }),
        (error) => ({ what: String(error), failed: true }),
      );
      log(`${start} s: ${name}: ${outcome.what}`);
      return { at: start, lasted: seconds(began) - start, fault: name, ...outcome };
    });
    for (const part of fault.takes) busy.set(part, done);
    struck.push(done);
  }
  return (await Promise.all(struck)).filter((each): each is Struck => each !== undefined);
}

type Log = (line: string) => void;

/** Unix ms. */
interface Span {
  began: number;
  end: number;
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 100) / 10;
}

/** A fault that the run caused. */
export interface Struck {
  /**
   * `at`: seconds from the start of the run to the fault. `lasted`: seconds until it was repaired.
   */
  at: number;
  lasted: number;
  fault: string;
  what: string;
  /** True if causing or repairing the fault threw an error. */
  failed?: boolean;
}

/** The result of a run. */
export interface Outcome {
  options: Options;
  strikes: Struck[];
  /** Faults that this machine cannot cause, each with the reason. */
  leftOut: { fault: string; why: string }[];
  /** Seconds during which the simulated users wrote. */
  wrote: number;
  database: Result[];
  faults: Finding[];
  figures: Record<string, number>;
}
