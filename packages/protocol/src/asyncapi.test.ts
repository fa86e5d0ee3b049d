import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { asyncApi } from './asyncapi.ts';
import { clientFrameSchema } from './client-frames.ts';
import { jsonSchema, shapesOf } from './json-schema.ts';

const document = asyncApi('1.0.0', ['https://chat.example', 'http://127.0.0.1:8081']);

describe('the AsyncAPI document', () => {
  it('the AsyncAPI document conforms to the JSON Schema of AsyncAPI 3.0', () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('the AsyncAPI document contains a message for every client frame', () => {
    const types = shapesOf(jsonSchema(clientFrameSchema)).map(({ properties }) => `client-${properties?.type?.const}`);
    expect(Object.keys(document.components.messages)).toEqual(expect.arrayContaining(types));
  });

  it('the AsyncAPI document lists a gateway that uses TLS with the protocol wss', () => {
    expect(document.servers).toMatchObject({
      gateway1: { host: 'chat.example', protocol: 'wss' },
      gateway2: { host: '127.0.0.1:8081', protocol: 'ws' },
    });
  });
});
