import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, temporaryFolder } from '@parley/stack';
import { docker } from '../docker.ts';
import { importMachine } from './machine.ts';

const run = promisify(execFile);
const local = join(root, 'test/containers/local');

/** Stage of the Dockerfile that builds an image -> variable that selects the image. */
const images = {
  redis: 'REDIS_IMAGE',
  postgres: 'POSTGRES_IMAGE',
  gateway: 'PARLEY_GATEWAY_IMAGE',
  recorder: 'PARLEY_RECORDER_IMAGE',
  api: 'PARLEY_API_IMAGE',
};

/**
 * Creates the images of the outage tests without a registry: Node.js, Redis and PostgreSQL from
 * this machine, and the services from their bundles, which must already be built. Prints one
 * variable per image.
 */
const folder = await temporaryFolder('images');
try {
  const machine = await importMachine(folder.path);
  const context = join(folder.path, 'context');
  await fill(context);
  for (const [target, setting] of Object.entries(images)) {
    const image = `parley-local/${target}`;
    const bases = ['NODE_IMAGE', 'BASE_IMAGE'].flatMap((name) => ['--build-arg', `${name}=${machine}`]);
    // Uses the default builder, because BuildKit might need a plugin that is not installed.
    await docker(['build', '--quiet', '--target', target, '-t', image, ...bases, context], {
      env: { DOCKER_BUILDKIT: '' },
    });
    process.stdout.write(`${setting}=${image}\n`);
  }
} finally {
  await folder.remove();
}

/** Writes the files of the build context into a folder. */
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
 * Returns the part of deploy/images/Dockerfile that creates images from the services' files. The
 * part before it, which installs packages and bundles the services, is not needed.
 */
async function servicesOfImages(): Promise<string> {
  const text = await readFile(join(root, 'deploy/images/Dockerfile'), 'utf8');
  const [, services] = /^(FROM \S+ AS node$.*)^FROM \S+ AS web$/ms.exec(text) ?? [];
  if (services === undefined) throw new Error('deploy/images/Dockerfile has no stages from `node` to `web`');
  return services;
}
