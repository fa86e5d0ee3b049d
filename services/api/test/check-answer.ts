import { Ajv2020, type Schema, type ValidateFunction } from 'ajv/dist/2020.js';

/**
 * Creates a function that checks responses against an OpenAPI document. The function throws if a
 * response contains anything that the document does not describe.
 */
export function createCheck(document: OpenApiDocument): (method: string, path: string, answer: SeenAnswer) => void {
  // Forbids fields that the document does not describe. Clients must accept new fields, but in
  // tests such a field counts as a leak.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(close(document) as Schema, 'api');
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    operations,
  }));
  const validators = new Map<string, ValidateFunction>();

  return (method, path, { status, type, body }) => {
    const place = `${method.toUpperCase()} ${path} ${status}`;
    // Prefers a path without parameters to one with parameters.
    const matching = routes.filter((it) => it.pattern.test(path) && it.operations[method] !== undefined);
    const route = matching.find((it) => it.template === path) ?? matching[0];
    if (route === undefined) {
      if (status === 404 || status === 405) return;
      throw new Error(`${place}: no such operation in the document`);
    }
    const described = route.operations[method]?.responses[status];
    if (described === undefined) throw new Error(`${place}: the document does not know this status`);
    if (described.content === undefined) {
      if (body === undefined) return;
      throw new Error(`${place}: no body was expected`);
    }
    if (described.content[type] === undefined) throw new Error(`${place}: not described as ${type}`);
    const pointer = ['paths', route.template, method, 'responses', String(status), 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
    validators.set(pointer, validate);
    if (!validate(body)) throw new Error(`${place}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  };
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, close(part)]));
  return copy.type === 'object' && copy.properties && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}

export interface OpenApiDocument {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        responses: Record<string, { content?: Record<string, unknown> }>;
        security: unknown[];
        servers?: { url: string }[];
      }
    >
  >;
}

interface SeenAnswer {
  status: number;
  type: string;
  body: unknown;
}
