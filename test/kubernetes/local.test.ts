import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../balancer/crowd.ts';
import { Pair } from '../containers/pair.ts';
import { buildOverlay } from '../deploy/kustomize.ts';
import { Kubernetes, setting } from './kubernetes.ts';

const kubeconfig = process.env[setting];
if (!kubeconfig) process.stderr.write(`Tests in Kubernetes are skipped: ${setting} names no cluster.\n`);
let cluster: Kubernetes;
let url: string;

describe.skipIf(!kubeconfig)(
  `the local overlay in Kubernetes${kubeconfig ? '' : `: ${setting} names no cluster`}`,
  () => {
    beforeAll(async () => {
      cluster = await Kubernetes.deploy(kubeconfig as string);
      url = await cluster.forward();
    }, 900_000);
    afterAll(() => cluster?.[Symbol.asyncDispose](), 400_000);

    it('in Kubernetes, messages are delivered over every transport and stored in PostgreSQL', async () => {
      for (const transport of ['websocket', 'sse', 'poll'] as const) {
        await using pair = await Pair.register(url, { transports: [transport] });
        await pair.say('over there');
        await pair.answer('and back');
        await pair.recorded(['over there', 'and back']);
      }
      const page = await fetch(`${url}/chats/17`);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
      expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
      for (const path of ['/metrics', '/readyz']) {
        expect(await (await fetch(url + path)).text()).not.toContain('parley_');
      }
    }, 120_000);

    it('a rolling update of gateways under load neither loses nor duplicates a message', async () => {
      await using crowd = await Crowd.gather(url, 100);
      const before = await cluster.pods('parley-gateway');
      const update = async () => {
        await cluster.kubectl('rollout', 'restart', 'deployment/parley-gateway');
        await cluster.kubectl('rollout', 'status', 'deployment/parley-gateway', '--timeout=300s');
        const gone = async () => (await cluster.pods('parley-gateway')).every((pod) => !before.includes(pod));
        await waitFor(gone, { timeout: 120_000, interval: 500, message: 'the gateways of before are still there' });
      };
      const talk = await crowd.talk(100, update());
      expect(talk).toMatchObject({ unacknowledged: 0, refused: 0, lost: 0, doubled: 0 });
      expect(crowd.absences.length).toBeGreaterThanOrEqual(crowd.size);
      await waitFor(() => crowd.online === crowd.size, { message: () => `only ${crowd.online} are back` });
    }, 400_000);

    it('killing single pods under load neither loses nor duplicates a message', async () => {
      await using crowd = await Crowd.gather(url, 100);
      const deaths = async () => {
        for (const application of ['parley-gateway', 'parley-recorder', 'redis', 'postgres', 'parley-api']) {
          const [pod = ''] = await cluster.pods(application);
          await cluster.kill(pod);
          await cluster.ready();
        }
      };
      const talk = await crowd.talk(100, deaths());
      expect(talk).toMatchObject({ unacknowledged: 0, refused: 0, lost: 0, doubled: 0 });
      await using pair = await Pair.register(url);
      await pair.say('as if nothing had been');
      await pair.recorded(['as if nothing had been']);
    }, 600_000);

    it('Kubernetes accepts the production overlay in a dry run', async () => {
      // The fields of a job are immutable, as the manifest explains.
      await cluster.kubectl('delete', 'job', 'parley-migrate');
      // Test clusters lack the resources of the Prometheus operator.
      const manifests = buildOverlay('production').filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.'));
      const answer = await cluster.check(manifests);
      expect(answer.split('\n')).toHaveLength(manifests.length);
      expect(answer).toContain('horizontalpodautoscaler.autoscaling/parley-gateway created (server dry run)');
    });
  },
);
