import { createKeys } from '@parley/redis';
import type { ServiceProcess } from '@parley/stack';
import { Redis } from 'ioredis';
import type { Installation } from './installation.ts';

/** All outages that the run causes, each with the alerts that must fire for it. */
export const outages: readonly Outage[] = [
  ...(['gateways', 'apis', 'recorders'] as const).flatMap((kind): Outage[] => {
    const alerts = [`Parley${kind[0]?.toUpperCase()}${kind.slice(1)}Down`];
    return [
      { name: `all ${kind} killed`, total: true, alerts, strike: (system) => kill(processesOf(system, kind)) },
      { name: `all ${kind} frozen`, total: true, alerts, strike: (system) => freeze(processesOf(system, kind)) },
    ];
  }),
  {
    name: 'all recorders gone, also from service discovery',
    total: true,
    alerts: ['ParleyRecordersDown'],
    strike: async (system) => {
      const revive = await kill(processesOf(system, 'recorders'));
      await system.hide('parley-recorder');
      return async () => {
        await revive();
        await system.hide();
      };
    },
  },
  {
    name: 'half of the gateways frozen',
    alerts: ['ParleyManyProcessesDown'],
    strike: (system) => freeze(processesOf(system, 'gateways').slice(0, 1)),
  },
  {
    name: 'Redis killed',
    total: true,
    alerts: ['ParleyRedisDown'],
    strike: async ({ redis }) => {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'Redis frozen',
    total: true,
    alerts: ['ParleyRedisDown'],
    strike: async ({ redis }) => {
      process.kill(redis.pid, 'SIGSTOP');
      return async () => void process.kill(redis.pid, 'SIGCONT');
    },
  },
  {
    name: 'Redis emptied by FLUSHALL',
    alerts: ['ParleyRedisLostData'],
    strike: async ({ redis }) => {
      await withRedis(redis.url, (client) => client.flushall());
      return async () => {};
    },
  },
  {
    name: 'memory of Redis full',
    total: true,
    alerts: ['ParleyRedisFull'],
    strike: ({ redis }) =>
      withRedis(redis.url, async (client) => {
        const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
        await client.config('SET', 'maxmemory', used);
        return () => withRedis(redis.url, async (again) => void (await again.config('SET', 'maxmemory', '512mb')));
      }),
  },
  {
    name: 'disk of Redis full',
    total: true,
    alerts: ['ParleyRedisDown'],
    impossible: noDisks,
    strike: async ({ redis, disks }) => {
      await disks?.redis.fill();
      return async () => {
        await disks?.redis.free();
        await redis.restart();
      };
    },
  },
  {
    name: 'PostgreSQL killed',
    total: true,
    alerts: ['ParleyPostgresDown'],
    strike: async (system) => {
      await system.killPostgres();
      return () => system.postgres.restart();
    },
  },
  {
    name: 'PostgreSQL frozen',
    total: true,
    alerts: ['ParleyPostgresDown'],
    strike: async (system) => {
      const thaw = await system.freezePostgres();
      return async () => thaw();
    },
  },
  {
    name: 'disk of PostgreSQL full',
    alerts: ['ParleyPostgresDiskFull', 'ParleyPostgresDown'],
    impossible: noDisks,
    strike: async ({ postgres, disks }) => {
      await disks?.postgres.fill();
      return async () => {
        await disks?.postgres.free();
        await postgres.restart();
      };
    },
  },
  {
    name: 'Redis of another installation',
    total: true,
    alerts: ['ParleyStoresDisagree'],
    strike: async ({ redis }) => {
      const key = createKeys(64).mark(0);
      const mark = await withRedis(redis.url, async (client) => {
        const before = await client.get(key);
        await client.set(key, '00000000-0000-4000-8000-000000000000 7 other');
        return before;
      });
      return () => withRedis(redis.url, async (client) => void (await client.set(key, mark ?? '')));
    },
  },
  {
    name: 'a storm of connections',
    alerts: ['ParleyOverloaded'],
    strike: async ({ traffic }) => {
      const end = traffic.storm();
      return async () => end();
    },
  },
  {
    name: 'a clock two minutes ahead',
    alerts: ['ParleyClockWrong'],
    impossible: ({ clock }) => (clock ? undefined : 'libfaketime is not available'),
    strike: async ({ clock }) => {
      await clock?.set(120);
      return async () => clock?.set(0);
    },
  },
  {
    name: 'a certificate that expires tomorrow',
    alerts: ['ParleyCertificateExpires'],
    strike: async ({ balancer }) => {
      await balancer.renew(1);
      return () => balancer.renew(90);
    },
  },
  {
    name: 'no backup for four days',
    alerts: ['ParleyBackupOld'],
    strike: async ({ redis }) => {
      const note = (days: number) => {
        const made = Math.round(Date.now() / 1000) - days * 86_400;
        return withRedis(redis.url, (client) => client.hset(createKeys(64).backups, 'postgresql', made));
      };
      await note(4);
      return async () => void (await note(0));
    },
  },
  {
    name: 'a webhook endpoint down',
    alerts: ['ParleyWebhookFails'],
    strike: async ({ webhook }) => {
      await webhook.close();
      return () => webhook.open();
    },
  },
  {
    name: 'a hook down',
    alerts: ['ParleyHookFails'],
    strike: async ({ hook }) => {
      await hook.close();
      return () => hook.open();
    },
  },
  {
    name: 'the push service fails',
    alerts: ['ParleyPushFails'],
    strike: async ({ push }) => {
      push.status = 500;
      return async () => {
        push.status = 201;
      };
    },
  },
];

function processesOf({ stack }: Installation, kind: 'gateways' | 'apis' | 'recorders'): ServiceProcess[] {
  const { api, gateways, recorders } = stack.processes;
  return { apis: [api], gateways, recorders }[kind];
}

async function kill(processes: readonly ServiceProcess[]): Promise<End> {
  await Promise.all(processes.map((each) => each.kill()));
  return async () => {
    await Promise.all(processes.map((each) => each.restart()));
  };
}

async function freeze(processes: readonly ServiceProcess[]): Promise<End> {
  await Promise.all(processes.map((each) => each.kill('SIGSTOP')));
  return async () => {
    await Promise.all(processes.map((each) => each.kill('SIGCONT')));
  };
}

function noDisks({ disks }: Installation): string | undefined {
  return disks ? undefined : 'this account may not mount a file system';
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** A fault about which an operator must be alerted. */
export interface Outage {
  name: string;
  /** Alerts that show the cause of the outage, the most precise one first. */
  alerts: readonly string[];
  /**
   * True if no user is served, or no message reaches PostgreSQL. The page must then fire sooner.
   */
  total?: boolean;
  /** Returns why this machine cannot cause the outage. Undefined if it can. */
  impossible?(system: Installation): string | undefined;
  /** Causes the outage. Resolves with a function that ends it. */
  strike(system: Installation): Promise<End>;
}

type End = () => Promise<void>;
