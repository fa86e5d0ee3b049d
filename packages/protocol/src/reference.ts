import type { z } from 'zod';
import { receivedBodySchema } from './bodies.ts';
import { clientFrameSchema } from './client-frames.ts';
import { closeCodes } from './close-codes.ts';
import { errorCodes } from './error-codes.ts';
import { eventSchema } from './events.ts';
import { type JsonSchema, jsonSchema, shapesOf } from './json-schema.ts';
import { limits } from './limits.ts';
import { serverFrameSchema } from './server-frames.ts';

/**
 * Returns the generated parts of the README. The key of each part is the name of its marker in the
 * README.
 *
 * @param limitsSource source text of `limits.ts`, whose doc comments describe the limits
 */
function referenceTables(limitsSource: string): Record<string, string> {
  return {
    'client frames': variants(clientFrameSchema, 'type'),
    bodies: variants(receivedBodySchema, 'type'),
    'server frames': variants(serverFrameSchema, 'type'),
    events: variants(eventSchema, 'kind'),
    'close codes': table(
      ['code', 'name', 'meaning', 'the client then'],
      Object.entries(closeCodes).map(([name, { code, next, meaning }]) => [`${code}`, name, meaning, after[next]]),
    ),
    'error codes': table(
      ['code', 'status', 'retry', 'message (English)'],
      Object.entries(errorCodes).map(([code, { status, retry, title }]) => [
        `\`${code}\``,
        `${status}`,
        retry ? 'yes' : 'no',
        title,
      ]),
    ),
    limits: table(['limit', 'value', 'meaning'], limitRows(limitsSource)),
  };
}

/**
 * Replaces the README's text between each `<!-- NAME -->` marker and its `<!-- end -->` marker with
 * the generated part of this name.
 */
export function insertTables(readme: string, limitsSource: string): string {
  return Object.entries(referenceTables(limitsSource)).reduce((text, [name, generated]) => {
    const [before, after] = text.split(`<!-- ${name} -->\n`);
    if (before === undefined || after === undefined) throw new Error(`The README lacks <!-- ${name} -->`);
    return `${before}<!-- ${name} -->\n\n${generated}\n\n${after.slice(after.indexOf('<!-- end -->'))}`;
  }, readme);
}

function limitRows(source: string): string[][] {
  return Object.entries(limits).map(([name, value]) => {
    const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${name}:`).exec(source)?.[1] ?? '';
    return [`\`${name}\``, `${value}`, comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim()];
  });
}

const after = {
  resume: 'reconnects with its cursor',
  refresh: 'gets a new token and reconnects',
  stop: 'does not reconnect',
};

/** Returns one README section for each variant of a union, with a table of the variant's fields. */
function variants(schema: z.ZodType, discriminator: string): string {
  return shapesOf(jsonSchema(schema))
    .map(({ description = '', properties = {}, required = [] }) => {
      const rows = Object.entries(properties)
        .filter(([name]) => name !== discriminator && name !== 'op')
        .map(([name, field]) => [
          `\`${name}\`${required.includes(name) ? '' : ' (optional)'}`,
          typeOf(field),
          field.description ?? '',
        ]);
      const fields = rows.length > 0 ? `\n\n${table(['field', 'type', 'meaning'], rows)}` : '';
      const { op } = properties;
      const title = [properties[discriminator], ...(op ? [op] : [])].map((field) => `\`${field?.const}\``).join(' ');
      return `#### ${title}\n\n${wrap(`${description}.`)}${fields}`;
    })
    .join('\n\n');
}

/** Breaks a paragraph into lines of at most 100 columns. */
function wrap(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < 100) lines[lines.length - 1] = line ? `${line} ${word}` : word;
    else lines.push(word);
  }
  return lines.join('\n');
}

function typeOf(schema: JsonSchema): string {
  const { type, title, enum: values, items, anyOf, oneOf, maxLength, maxItems } = schema;
  if (title) return `[${title}](#${plural[title] ?? title})`;
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  const union = anyOf ?? oneOf;
  if (union) return union.map(typeOf).join(' or ');
  if (type === 'array') return `list of ${typeOf(items ?? {})}${maxItems ? `, at most ${maxItems}` : ''}`;
  if (type === 'string' && maxLength) return `string, at most ${maxLength} characters`;
  return type ?? 'any';
}

/**
 * Maps the name of each type that has its own section in the README to the anchor of that section.
 */
const plural: Record<string, string> = { body: 'bodies', event: 'events', 'error code': 'error-codes' };

/** Returns a Markdown table with aligned columns. */
function table(head: string[], rows: string[][]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}
