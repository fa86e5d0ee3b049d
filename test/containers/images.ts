import { docker } from './docker.ts';

/** Default images. An environment variable with the same name as a field overrides the image. */
const usual = {
  REDIS_IMAGE: 'redis:8',
  POSTGRES_IMAGE: 'postgres:17',
  HAPROXY_IMAGE: 'haproxy:3.0',
  PARLEY_GATEWAY_IMAGE: 'parley-test/gateway',
  PARLEY_API_IMAGE: 'parley-test/api',
  PARLEY_RECORDER_IMAGE: 'parley-test/recorder',
  PARLEY_WEB_IMAGE: 'parley-test/web',
};

/**
 * Default base images of Parley's own images. An environment variable with the name of the field
 * can select another image.
 */
const bases = { NODE_IMAGE: 'node:24-trixie-slim', BASE_IMAGE: 'debian:trixie-slim', WEB_IMAGE: 'nginx:1.28-trixie' };

const ryuk = 'testcontainers/ryuk:0.14.0';

/**
 * Returns why tests with these images cannot run on this machine, and prints the reason: no Docker
 * engine responds, `docker` lacks a command, or an image is neither on this machine nor in a
 * registry. Undefined if the tests can run.
 */
export async function whyNoContainers(
  settings: readonly Setting[],
  command: string[] = ['version'],
): Promise<string | undefined> {
  const why = await findObstacle(settings, command);
  if (why) process.stderr.write(`Tests with containers are skipped: ${why}\n`);
  return why;
}

/**
 * Returns the images for the tests by the names of their variables. Builds Parley's images for
 * which no variable selects an image. Rejects if a build fails.
 */
export async function prepareImages<Needed extends Setting>(
  settings: readonly Needed[],
): Promise<Record<Needed, string>> {
  const images = settings.map((setting) => [setting, process.env[setting] || usual[setting]] as const);
  for (const [setting, image] of images) if (isBuilt(setting)) await build(image);
  return Object.fromEntries(images) as Record<Needed, string>;
}

async function findObstacle(settings: readonly Setting[], command: string[]): Promise<string | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 });
  } catch (error) {
    return `no Docker engine answers (${reason(error)})`;
  }
  try {
    await docker(command);
  } catch {
    return `there is no \`docker ${command[0]}\``;
  }
  // Makes the image `ryuk` available, which removes the containers of test runs that were killed.
  // Without it, the tests remove only their own containers.
  if (await obtain(process.env.RYUK_CONTAINER_IMAGE || ryuk)) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const selected = settings
    .filter((setting) => !isBuilt(setting))
    .map((setting) => process.env[setting] || usual[setting]);
  const needed = settings.some(isBuilt) ? [...selected, ...Object.values(baseImages())] : selected;
  for (const image of needed) {
    const failure = await obtain(image);
    if (failure) return `the image ${image} cannot be had (${failure})`;
  }
  return undefined;
}

/** Returns whether the tests build an image: one of Parley's that no variable selects. */
function isBuilt(setting: Setting): boolean {
  return setting.startsWith('PARLEY_') && !process.env[setting];
}

/** Returns the base images by the names of their variables. */
function baseImages(): Record<string, string> {
  return Object.fromEntries(Object.entries(bases).map(([setting, usual]) => [setting, process.env[setting] || usual]));
}

/**
 * Pulls an image unless it is on this machine. Returns the reason if that fails, and undefined if
 * the image is available.
 */
async function obtain(image: string): Promise<string | undefined> {
  try {
    await docker(['image', 'inspect', '--format', '{{.Id}}', image]);
  } catch {
    try {
      await docker(['pull', '--quiet', image], { timeout: 300_000 });
    } catch (error) {
      return reason(error);
    }
  }
  return undefined;
}

/** Builds an image named `parley-test/TARGET` from this source tree. */
async function build(image: string): Promise<void> {
  const more = (process.env.DOCKER_BUILD_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const from = Object.entries(baseImages()).flatMap(([setting, image]) => ['--build-arg', `${setting}=${image}`]);
  const file = ['-f', 'deploy/images/Dockerfile', '--target', image.replace('parley-test/', '')];
  await docker(['build', '--quiet', ...file, '-t', image, ...from, ...more, '.'], { timeout: 900_000 });
}

function reason(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  const lines = (stderr || message).trim().split('\n');
  return lines[lines.length - 1] ?? '';
}

export type Setting = keyof typeof usual;
