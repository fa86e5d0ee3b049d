import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Returns the test files beside the sources that start no server, neither directly nor through a
 * module that they import.
 */
export function fastTests(): string[] {
  const seen = new Map<string, boolean>();
  return ['packages', 'services']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .filter((file) => !needsServers(join(root, file), seen));
}

/** Returns whether a module imports code that starts servers, browsers or processes. */
function needsServers(path: string, seen: Map<string, boolean>): boolean {
  const known = seen.get(path);
  if (known !== undefined) return known;
  seen.set(path, false);
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) => name ?? '');
  const result = imports.some((name) => {
    if (/^@parley\/stack|^playwright|^testcontainers|^node:child_process$/.test(name)) return true;
    const target = join(dirname(path), name);
    return name.startsWith('.') && existsSync(target) && needsServers(target, seen);
  });
  seen.set(path, result);
  return result;
}
