import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
const shared = files.filter((file) => /^core\/styles\/.*\.css$/.test(file));
const components = files.filter((file) => /\.(vue|css)$/.test(file) && !shared.includes(file));
const read = (file: string) => readFileSync(root + file, 'utf8');

describe('styles', () => {
  it.each(shared)('class names in the shared styles (%s) begin with ui-', (file) => {
    const classes = read(file).match(/(?<=^[^{}]*)\.[a-z][\w-]*(?=[^{}]*[,{]$)/gm) ?? [];
    expect(classes.filter((name) => !name.startsWith('.ui-'))).toEqual([]);
  });

  it('all components have scoped styles', () => {
    const unscoped = components.filter((file) => file.endsWith('.vue') && /<style(?![^>]*\bscoped\b)/.test(read(file)));
    expect(unscoped).toEqual([]);
  });

  it('component styles do not redefine class names of the shared styles', () => {
    const redefined = components.filter((file) => /^\.ui-[\w-]+ \{/m.test(read(file)));
    expect(redefined).toEqual([]);
  });
});
