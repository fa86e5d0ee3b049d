import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { documents, type Fields, type Manifest } from './kustomize.ts';

/** Path of the Helm chart. */
export const chart = fileURLToPath(new URL('../../deploy/helm/parley/', import.meta.url));

const examples = join(chart, '../examples');

/** File name of each example in deploy/helm/examples -> the Helm values in the file. */
export const exampleValues = Object.fromEntries(
  readdirSync(examples).map((file) => [file, parse(readFileSync(join(examples, file), 'utf8')) as Fields]),
);

/** Renders the chart with each set of values and lints it, in a single process. */
export function runHelm<Name extends string>(cases: Record<Name, Fields>): Result<Name> {
  const script = fileURLToPath(new URL('helm.py', import.meta.url));
  const input = JSON.stringify({ chart, cases });
  const output = execFileSync('python3', [script], {
    input,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    // Ignores Helm's log, which only reports that the chart contains links to the base.
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { rendered, lint } = JSON.parse(output) as Output<Name>;
  const objects = (name: Name) => {
    const { files, error } = rendered[name];
    if (error !== undefined) throw new Error(error);
    const texts = Object.entries(files ?? {}).filter(([path]) => path.endsWith('.yaml'));
    return texts.flatMap(([, text]) => documents(text)).filter((it) => it !== null);
  };
  const notes = (name: Name) => rendered[name].files?.['parley/templates/NOTES.txt'] ?? '';
  return { objects, notes, lint };
}

interface Output<Name extends string> {
  rendered: Record<Name, { files?: Record<string, string>; error?: string }>;
  lint: string[];
}

interface Result<Name extends string> {
  /**
   * Returns the objects that the chart renders with these values. Throws Helm's error if it cannot
   * render them.
   */
  objects(name: Name): Manifest[];
  /** Returns the notes that Helm prints after an installation with these values. */
  notes(name: Name): string;
  /** What `helm lint --strict` reports. */
  lint: string[];
}
