import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

it('a dry run of npm run release creates tarballs, changelogs, SBOMs, a bake file and a chart, but does not create a tag', async () => {
  const out = await mkdtemp(join(tmpdir(), 'parley-release-test-'));
  try {
    const before = await run('git', ['for-each-ref'], { cwd: root });
    const script = join(root, 'packages/stack/bin/release.mjs');
    const { stdout } = await run(process.execPath, [script, '--dry-run', '--out', out], { cwd: root });
    expect(await run('git', ['for-each-ref'], { cwd: root })).toEqual(before);
    const [, version = ''] = /Would release v([\d.]+), @parley\/client@\1/.exec(stdout) ?? [];
    expect(await readdir(out)).toEqual(
      expect.arrayContaining([`parley-client-${version}.tgz`, 'CHANGELOG-client.md', 'docker-bake.json']),
    );
    const [, ofServer = ''] = /@parley\/server@([\d.]+)/.exec(stdout) ?? [];
    expect(await readdir(out)).toContain(`parley-server-${ofServer}.tgz`);
    expect(await readFile(join(out, 'CHANGELOG-server.md'), 'utf8')).toContain(`## ${ofServer}`);
    expect(await readFile(join(out, 'CHANGELOG-client.md'), 'utf8')).toContain(`## ${version}`);
    for (const service of ['gateway', 'api', 'recorder']) {
      const sbom = JSON.parse(await readFile(join(out, `sbom-${service}.cdx.json`), 'utf8'));
      expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: service } } });
      expect(sbom.components.map(({ name }: { name: string }) => name)).toContain('pino');
    }
    const { target } = JSON.parse(await readFile(join(out, 'docker-bake.json'), 'utf8'));
    expect(target.gateway).toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'] });
    expect(target.gateway.tags).toContain(`parley/gateway:${version}`);
    const archive = join(out, `helm-parley-${version}.tgz`);
    const { stdout: metadata } = await run('tar', ['-xzOf', archive, 'parley/Chart.yaml']);
    expect(metadata).toContain(`\nversion: ${version}\n`);
    expect(metadata).toContain(`\nappVersion: ${version}\n`);
    const { stdout: files } = await run('tar', ['-tzf', archive]);
    expect(files.split('\n')).toEqual(
      expect.arrayContaining(['parley/base/api.yaml', 'parley/monitoring/alerts.yaml']),
    );
    expect(files).not.toContain('kustomization.yaml');
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}, 300_000);
