// Runs all static checks in parallel and prints the output of those that fail. Exits with 1 if a
// check fails.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const checks = {
  'lint, format, import circles': 'biome check --error-on-warnings',
  types: 'tsc -p tsconfig.base.json --noEmit',
  'web client': 'npm --prefix services/web run --silent check',
  'unused files, exports, dependencies': 'knip --no-progress --no-config-hints',
  spelling: 'cspell lint --no-progress --quiet --cache --cache-location node_modules/.cache/cspell',
  prose: 'node test/prose/check.mjs',
};

const failed = (await Promise.all(Object.entries(checks).map(run))).filter((passed) => !passed).length;
process.exitCode = failed ? 1 : 0;

/** Runs one check. Resolves with true if it passed. */
function run([name, command]) {
  const began = Date.now();
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      if (code !== 0) console.log(output);
      resolve(code === 0);
    });
  });
}
