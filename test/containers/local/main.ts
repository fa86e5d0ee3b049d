import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, temporaryFolder } from '@parley/stack';
import { docker } from '../docker.ts';
import { importMachine } from './machine.ts';

const run = promisify(execFile);
const local = join(root, 'test/containers/local');

/** The settings that select the images, by the stages that make them. */
const images = {
  redis: 'REDIS_IMAGE',
  postgres: 'POSTGRES_IMAGE',
  gateway: 'PARLEY_GATEWAY_IMAGE',
  recorder: 'PARLEY_RECORDER_IMAGE',
  api: 'PARLEY_API_IMAGE',
};

/**
 * Makes the images of the outage tests without a registry: Node.js, Redis and PostgreSQL from this
 * machine, and the services from their bundles, which must be built. Prints one setting per image.
 */
const folder = await temporaryFolder('images');
try {
  const machine = await importMachine(folder.path);
  const context = join(folder.path, 'context');
  await fill(context);
  for (const [target, setting] of Object.entries(images)) {
    const image = `parley-local/${target}`;
    const bases = ['NODE_IMAGE', 'BASE_IMAGE'].flatMap((name) => ['--build-arg', `${name}=${machine}`]);
    // The default builder, because BuildKit may need a plugin that is not installed.
    await docker(['build', '--quiet', '--target', target, '-t', image, ...bases, context], {
      env: { DOCKER_BUILDKIT: '' },
    });
    process.stdout.write(`${setting}=${image}\n`);
  }
} finally {
  await folder.remove();
}

/** Writes the build context. */
async function fill(context: string): Promise<void> {
  await mkdir(join(context, 'out/media'), { recursive: true });
  await cp(join(root, 'deploy/images/health.mjs'), join(context, 'deploy/images/health.mjs'));
  await cp(join(root, 'LICENSE'), join(context, 'LICENSE'));
  await cp(join(local, 'postgres.sh'), join(context, 'postgres.sh'));
  const collect = join(root, 'deploy/images/collect.mjs');
  await Promise.all(
    ['gateway', 'api', 'recorder'].map((service) => run('node', [collect, service, join(context, 'out', service)])),
  );
  const stores = await readFile(join(local, 'Dockerfile'), 'utf8');
  await writeFile(join(context, 'Dockerfile'), stores + (await servicesOfImages()));
}

/**
 * Returns the part of the product's Dockerfile that makes images of the services' files. The part
 * before it installs packages and bundles the services.
 */
async function servicesOfImages(): Promise<string> {
  const text = await readFile(join(root, 'deploy/images/Dockerfile'), 'utf8');
  const [, services] = /^(FROM \S+ AS node$.*)^FROM \S+ AS web$/ms.exec(text) ?? [];
  if (services === undefined) throw new Error('deploy/images/Dockerfile has no stages from `node` to `web`');
  return services;
}
