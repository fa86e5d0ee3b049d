/**
 * Formats a result for people to read: a page or list as a table, any other object as one line per
 * field.
 */
export function format(result: unknown, columns?: readonly string[]): string {
  if (result === undefined) return 'Done.';
  const items = Array.isArray(result) ? result : (result as { items?: unknown[] }).items;
  if (!items) return fields(result as Fields);
  const table = items.length === 0 ? 'None.' : toTable(items as Fields[], columns);
  const option = nextPage(result as Page);
  return option === undefined ? table : `${table}\nMore: ${option}`;
}

/**
 * Returns the command-line option that shows the next page. For messages, the next page holds older
 * messages.
 */
function nextPage({ items, next, more }: Page): string | undefined {
  if (next) return `--after ${next}`;
  return more ? `--before ${items[0]?.id}` : undefined;
}

interface Page {
  items: Fields[];
  next?: string | null;
  more?: boolean;
}

function fields(result: Fields): string {
  const width = Math.max(0, ...Object.keys(result).map((name) => name.length));
  return Object.entries(result)
    .map(([name, value]) => (isList(value) ? table(name, value) : `${name.padEnd(width)}  ${cell(name, value)}`))
    .join('\n');
}

function isList(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);
}

/** Formats a list within an object as an indented table below the name of its field. */
function table(name: string, items: readonly Fields[]): string {
  return [name, ...toTable(items).split('\n')].join('\n  ');
}

function toTable(items: readonly Fields[], columns: readonly string[] = Object.keys(items[0] ?? {})): string {
  const rows = [[...columns], ...items.map((item) => columns.map((name) => cell(name, item[name])))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names of the fields that contain a date in Unix ms. */
const dates = new Set([
  'date',
  'created',
  'updated',
  'lastUsed',
  'oldest',
  'deactivated',
  'expires',
  'recalled',
  'edited',
  'preserved',
  'began',
  'started',
  'finished',
  'next',
  'acknowledged',
]);

function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (dates.has(name) && typeof value === 'number') return new Date(value).toISOString();
  if (name === 'body') return oneLine(bodyText(value as { type: string; text?: string }));
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function bodyText(body: { type: string; text?: string }): string {
  return body.text ?? JSON.stringify(body);
}

/** Replaces control characters with blanks, because they could change the state of the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

type Fields = Record<string, unknown>;
