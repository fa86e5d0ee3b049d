import { describe, expect, it } from 'vitest';
import { checkServers, type Readiness, readyBody, startHealthServer } from './health.ts';
import { Counter, createMetrics } from './metrics.ts';

describe('the health server', () => {
  it('/healthz reports that the process runs even if it is not ready, and /readyz reports why it is not ready', async () => {
    let readiness: Readiness = { ok: true, reasons: [] };
    const metrics = createMetrics('probe');
    const server = await startHealthServer({ host: '127.0.0.1', port: 0, ready: () => readiness, metrics });
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    try {
      expect((await get('/healthz')).status).toBe(200);
      expect((await get('/readyz?verbose')).status).toBe(200);

      readiness = { ok: false, reasons: ['redis is not reachable'] };
      const unready = await get('/readyz');
      expect(unready.status).toBe(503);
      expect(await unready.json()).toEqual({ ok: false, reasons: ['redis is not reachable'] });
      expect((await get('/healthz')).status).toBe(200);
      expect((await get('/elsewhere')).status).toBe(404);
    } finally {
      await server.stop();
    }
    await expect(get('/healthz')).rejects.toThrow();
  });

  it('the health server serves the metrics of its process, all of which begin with `parley_`', async () => {
    const metrics = createMetrics('probe');
    new Counter({ name: 'parley_probe_total', help: 'Probes.', registers: [metrics] }).inc(3);
    const server = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      ready: () => ({ ok: true, reasons: [] }),
      metrics,
    });
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      const body = await answer.text();
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(body).toContain('parley_probe_total{service="probe"} 3');
      expect(body).toContain('parley_process_cpu_seconds_total');
      expect(body.split('\n').filter((line) => line !== '' && !/^(# (HELP|TYPE) )?parley_/.test(line))).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('startHealthServer rejects if its port is in use', async () => {
    const options = { host: '127.0.0.1', ready: () => ({ ok: true, reasons: [] }), metrics: createMetrics('probe') };
    const first = await startHealthServer({ ...options, port: 0 });
    try {
      await expect(startHealthServer({ ...options, port: first.port })).rejects.toThrow(/EADDRINUSE/);
    } finally {
      await first.stop();
    }
  });
});

describe('checkServers', () => {
  it('checkServers returns within 2 s the name of each server that is unavailable or does not respond', async () => {
    const servers = {
      Redis: () => new Promise(() => {}),
      PostgreSQL: () => Promise.reject(new Error('refused')),
      S3: async () => {},
    };
    const answer = await readyBody(async () => ({ ok: false, reasons: await checkServers(servers) }));
    expect(JSON.parse(answer.body).reasons).toEqual(['Redis does not respond', 'PostgreSQL is unavailable']);
  });
});

describe('readyBody', () => {
  it("/readyz reports that the process is not ready if the check throws, without the check's error", async () => {
    const answer = await readyBody(() => {
      throw new Error('connect ECONNREFUSED postgres://u:p@h');
    });
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toEqual({ ok: false, reasons: ['the readiness check failed'] });
  });
});
