import { z } from 'zod';

/**
 * Returns the JSON Schema of a zod schema. The README's reference and the AsyncAPI document use it.
 */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest as JsonSchema;
}

/** Returns the member schemas of a union, including those of nested unions. */
export function shapesOf({ oneOf, anyOf = oneOf ?? [] }: JsonSchema): JsonSchema[] {
  return anyOf.flatMap((shape) => (shape.oneOf && !shape.properties ? shapesOf(shape) : [shape]));
}

/** The part of JSON Schema that zod generates for the protocol's schemas. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}
