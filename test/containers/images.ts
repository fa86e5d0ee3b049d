import { docker } from './docker.ts';

/** Third-party images. A setting can select a mirror. */
const others = {
  REDIS_IMAGE: 'redis:8',
  POSTGRES_IMAGE: 'postgres:17',
  HAPROXY_IMAGE: 'haproxy:3.0',
};

/** Parley's own images, built from this source tree. A setting can select an existing image. */
const own = {
  PARLEY_GATEWAY_IMAGE: 'gateway',
  PARLEY_API_IMAGE: 'api',
  PARLEY_RECORDER_IMAGE: 'recorder',
  PARLEY_WEB_IMAGE: 'web',
};

/** The base images. */
const bases = { NODE_IMAGE: 'node:24-trixie-slim', BASE_IMAGE: 'debian:trixie-slim', WEB_IMAGE: 'nginx:1.28-trixie' };

const ryuk = 'testcontainers/ryuk:0.14.0';

/**
 * Returns why tests with containers cannot run on this machine, and prints it: no Docker engine
 * responds, or an image is neither on this machine nor in a registry. Undefined if they can run.
 */
export async function whyNoContainers(): Promise<string | undefined> {
  const why = await findObstacle();
  if (why) process.stderr.write(`Tests with containers are skipped: ${why}\n`);
  return why;
}

/**
 * Returns the images for the tests by their settings. Builds those images of Parley that no setting
 * selects. Rejects if a build fails.
 */
export async function prepareImages(): Promise<Images> {
  const images = names({ ...others, ...own });
  for (const [setting, target] of Object.entries(own)) {
    if (process.env[setting]) continue;
    images[setting] = `parley-test/${target}`;
    await build(target, images[setting]);
  }
  return images as Images;
}

async function findObstacle(): Promise<string | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 });
  } catch (error) {
    return `no Docker engine answers (${reason(error)})`;
  }
  // This image removes containers of killed test runs. Without it, the tests remove only their own
  // containers.
  if (await obtain(process.env.RYUK_CONTAINER_IMAGE || ryuk)) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const builds = Object.keys(own).some((setting) => !process.env[setting]);
  for (const image of Object.values(names({ ...others, ...(builds ? bases : {}) }))) {
    const failure = await obtain(image);
    if (failure) return `the image ${image} cannot be had (${failure})`;
  }
  return undefined;
}

/** Returns the names of images. A setting has precedence over the default name. */
function names(usual: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(usual).map(([setting, name]) => [setting, process.env[setting] || name]));
}

/**
 * Makes an image available. Returns why it is neither on this machine nor in a registry. Undefined
 * if it is available.
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

async function build(target: string, name: string): Promise<void> {
  const more = (process.env.DOCKER_BUILD_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const from = Object.entries(names(bases)).flatMap(([setting, image]) => ['--build-arg', `${setting}=${image}`]);
  const file = ['-f', 'deploy/images/Dockerfile', '--target', target];
  await docker(['build', '--quiet', ...file, '-t', name, ...from, ...more, '.'], { timeout: 900_000 });
}

function reason(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  const lines = (stderr || message).trim().split('\n');
  return lines[lines.length - 1] ?? '';
}

export type Images = Record<keyof typeof others | keyof typeof own, string>;
