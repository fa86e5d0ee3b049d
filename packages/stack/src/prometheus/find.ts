import { join } from 'node:path';
import { onPath } from '../on-path.ts';
import { unpacked } from '../unpack.ts';

/**
 * Finds prometheus and promtool on the PATH, or unpacks the Debian or Ubuntu package into a cache
 * folder. If neither works, reports the reason and returns undefined.
 */
export async function findPrometheus(report: (line: string) => void = () => {}): Promise<PrometheusTools | undefined> {
  const [prometheus, promtool] = await Promise.all([onPath('prometheus'), onPath('promtool')]);
  if (prometheus && promtool) return { prometheus, promtool };
  if (!(await onPath('apt-get')) || !(await onPath('dpkg'))) {
    report('prometheus is not on the PATH, and there is no apt-get to download it');
    return undefined;
  }
  try {
    const { command } = await unpacked(debianPackage, report);
    return { prometheus: command, promtool: join(command, '../promtool') };
  } catch (error) {
    report(`prometheus is not on the PATH, and its package is not available: ${(error as Error).message.trim()}`);
    return undefined;
  }
}

const debianPackage = {
  name: 'prometheus',
  title: 'Prometheus',
  size: '19 MB',
  packages: ['prometheus'],
  program: 'usr/bin/prometheus',
  version: ['--version'],
};

/** Paths of the programs of Prometheus. */
export interface PrometheusTools {
  prometheus: string;
  promtool: string;
}
