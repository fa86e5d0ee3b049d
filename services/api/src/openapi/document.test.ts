import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRouter } from '../http/operation.ts';
import { operations } from '../routes/index.ts';
import { createDocument } from './document.ts';
import { tags } from './tags.ts';

let document: Document;
let text: string;

beforeAll(() => {
  const app = createRouter();
  for (const operation of operations) operation.add(app);
  text = JSON.stringify(createDocument(app, ['https://chat.example.org']));
  document = JSON.parse(text);
});

describe('the OpenAPI document', () => {
  it("the OpenAPI document follows Redocly's recommended rules", async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: text, config });
    // Ignores this rule for uploads: an id is a number, so no path matches two of the templates.
    const found = problems.filter(
      ({ ruleId, message }) => ruleId !== 'no-ambiguous-paths' || !message.includes('`/v1/media/uploads/{id}`'),
    );
    expect(found.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it.skipIf(!hasPythonValidator())(
    'the OpenAPI document is accepted by openapi-spec-validator (skipped without: pip install it)',
    () => {
      const file = join(mkdtempSync(join(tmpdir(), 'parley-openapi-')), 'openapi.json');
      writeFileSync(file, text);
      expect(python('-m', 'openapi_spec_validator', file)).toContain('OK');
    },
    180_000,
  );

  it.skipIf(!hasSpectral())(
    "the OpenAPI document follows Spectral's recommended rules without a warning (skipped without: npm i -g @stoplight/spectral-cli)",
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-openapi-'));
      writeFileSync(join(folder, 'openapi.json'), text);
      // Turns off this rule, because the summary of many operations leaves nothing to describe.
      const rules = { extends: ['spectral:oas'], rules: { 'operation-description': 'off' } };
      writeFileSync(join(folder, 'rules.json'), JSON.stringify(rules));
      const args = ['lint', 'openapi.json', '--ruleset', 'rules.json', '--fail-severity', 'warn'];
      const { stdout, status } = spawnSync('spectral', args, { cwd: folder, encoding: 'utf8' });
      expect([status, stdout]).toEqual([0, expect.stringContaining("No results with a severity of 'warn' or higher")]);
    },
    180_000,
  );

  it('each OpenAPI operation has a unique id, a summary and a described tag', () => {
    const ids = each().map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    const known = tags.map(({ name }) => name);
    expect(each().filter((it) => !it.summary || !it.tags?.every((tag) => known.includes(tag)))).toEqual([]);
  });

  it('the OpenAPI document contains no path twice with different parameter names', () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    expect(shapes.filter((shape, i) => shapes.indexOf(shape) !== i)).toEqual([]);
  });

  it('the OpenAPI document describes Retry-After and the rate limit for each response that can contain them', () => {
    const responses = api().flatMap((it) => Object.entries(it.responses));
    const later = responses.filter(([status]) => status === '429' || status === '503');
    expect(later.length).toBeGreaterThan(100);
    expect(later.filter(([, response]) => response.headers?.['Retry-After'] === undefined)).toEqual([]);
    expect(responses.filter(([, response]) => response.headers?.['RateLimit-Limit'] === undefined)).toEqual([]);
  });

  it('patterns in the OpenAPI document are valid in every dialect of regular expressions', () => {
    const ajv = new Ajv2020();
    const patterns = JSON.stringify(document).match(/"pattern":"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(patterns.length).toBeGreaterThan(20);
    for (const pattern of new Set(patterns)) {
      expect(pattern).not.toMatch(/\\\\p\{|\/u"$/);
      const schema = JSON.parse(`{${pattern}}`);
      ajv.compile({ type: 'string', ...schema });
      // Compiles the pattern without the flag `u`, because engines that work on UTF-16, such as
      // .NET's, do not support code points.
      expect(() => new RegExp(schema.pattern)).not.toThrow();
    }
  });

  it('each integer in the OpenAPI document has a maximum, because larger JSON numbers are not exact', () => {
    const unbounded: unknown[] = [];
    JSON.parse(text, (key, value) => {
      if (value?.type === 'integer' && value.maximum === undefined) unbounded.push([key, value]);
      return value;
    });
    expect(unbounded).toEqual([]);
  });

  it('the OpenAPI schemas of group requests allow objects and null as custom data', () => {
    const data = { anyOf: [{ type: 'object', additionalProperties: {} }, { type: 'null' }] };
    const nullable = { properties: { custom: data } };
    const json = { requestBody: { content: { 'application/json': { schema: nullable } } } };
    expect(document.paths['/v1/groups']?.post).toMatchObject(json);
    expect(document.paths['/v1/groups/{id}']?.patch).toMatchObject(json);
  });

  it('the OpenAPI document names the schema of each body type, so that generated clients use unique names', () => {
    const { Body, Message } = document.components.schemas as Record<string, Schema>;
    const kinds = Body?.oneOf ?? [];
    expect(kinds).toContainEqual({ $ref: '#/components/schemas/CustomBody' });
    expect(kinds.filter((kind) => kind.$ref === undefined)).toEqual([]);
    expect(Message?.properties?.body).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/ReceivedBody' }, { type: 'null' }],
    });
  });

  it('the OpenAPI document names the schema of client frames, so that generated Go clients can encode them', () => {
    const json = { schema: { $ref: '#/components/schemas/ClientFrame' } };
    expect(document.paths['/v1/frames']?.post).toMatchObject({
      requestBody: { content: { 'application/json': json } },
    });
  });

  it('the OpenAPI document refers to named schemas with $ref and a description instead of allOf', () => {
    const { SendFrame } = document.components.schemas as Record<string, Schema>;
    const body = { $ref: '#/components/schemas/Body', description: 'Content of the message' };
    expect(SendFrame?.properties?.body).toEqual(body);
    expect(text).not.toContain('"allOf":[{"$ref"');
  });

  it('the OpenAPI schemas allow null for the body of a message and the last message of a chat only', () => {
    const { Message, Chat } = document.components.schemas as Record<string, { type: string; properties: object }>;
    const orNull = { anyOf: expect.arrayContaining([{ type: 'null' }]) };
    expect(Message).toMatchObject({ type: 'object', properties: { body: orNull } });
    expect(Chat).toMatchObject({ type: 'object', properties: { last: orNull } });
  });

  it('the OpenAPI document lists the gateway operations with the URLs of the gateways', () => {
    const found = each().filter((it) => it.tags?.includes('Gateway'));
    expect(found.map((it) => it.operationId)).toEqual(['streamEvents', 'pollEvents', 'postFrame']);
    expect(found.map((it) => it.servers)).toEqual(
      found.map(() => [expect.objectContaining({ url: 'https://chat.example.org' })]),
    );
  });
});

function each(): Operation[] {
  return Object.values(document.paths).flatMap((path) => Object.values(path));
}

/** Returns the operations that the api itself serves under `/v1`. */
function api(): Operation[] {
  return each().filter((it) => !it.tags?.some((tag) => ['Gateway', 'Health', 'LayIM'].includes(tag)));
}

function hasPythonValidator(): boolean {
  try {
    python('-c', 'import openapi_spec_validator');
    return true;
  } catch {
    process.stderr.write('A test of the OpenAPI document is skipped: openapi-spec-validator is not installed\n');
    return false;
  }
}

function hasSpectral(): boolean {
  if (spawnSync('spectral', ['--version']).status === 0) return true;
  process.stderr.write('A test of the OpenAPI document is skipped: spectral is not installed\n');
  return false;
}

function python(...args: string[]): string {
  return execFileSync('python3', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
}

interface Schema {
  oneOf?: { $ref?: string }[];
  properties?: Record<string, object>;
}

interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  servers?: object[];
  responses: Record<string, { headers?: Record<string, object> }>;
}
