import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { receivedBodySchema } from './bodies.ts';
import { clientFrameSchema } from './client-frames.ts';
import { eventSchema } from './events.ts';
import { jsonSchema, shapesOf } from './json-schema.ts';
import { insertTables } from './reference.ts';
import { serverFrameSchema } from './server-frames.ts';

describe('the reference in the README', () => {
  it('the reference in the README matches the schemas (if not, run `npm run format`)', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const limitsSource = readFileSync(new URL('limits.ts', import.meta.url), 'utf8');
    expect(insertTables(readme, limitsSource)).toBe(readme);
  });

  it.each(Object.entries({ clientFrameSchema, serverFrameSchema, eventSchema, receivedBodySchema }))(
    '%s describes every variant and every field',
    (_, schema) => {
      const shapes = shapesOf(jsonSchema(schema));
      expect(shapes.length).toBeGreaterThan(0);
      const missing = shapes.flatMap(({ description, properties = {} }) => [
        ...(description ? [] : [JSON.stringify(properties.type ?? properties.kind)]),
        ...Object.entries(properties)
          .filter(([name, field]) => !field.description && !['type', 'kind', 'op'].includes(name))
          .map(([name]) => `${properties.type?.const ?? properties.kind?.const}.${name}`),
      ]);
      expect(missing).toEqual([]);
    },
  );
});
