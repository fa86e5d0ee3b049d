import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root folder of the repository, with a slash at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Paths of prose that the style guide does not apply to: third parties wrote it, or a program
 * prints it.
 */
const notOurs =
  /^LICENSE|\/LICENSE|CHANGELOG\.md$|^test\/chaos\/reports\/|^test\/prose\/ruled-out\.mjs$|^\.changeset\//;

/**
 * Lists the files with prose under `paths`, relative to the root. Default: all files of the
 * repository.
 *
 * @param {string[]} paths files or folders relative to the root
 * @returns {string[]}
 */
export function filesWithProse(paths = []) {
  return execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...paths], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(ts|tsx|vue|lua|mjs|sh|md)$/.test(file) && !notOurs.test(file) && existsSync(root + file));
}

/**
 * A block of prose: a comment, a test title or a paragraph of a README.
 *
 * @typedef {{ file: string, kind: 'comment' | 'title' | 'markdown', line: number, text: string,
 * lines: string[] }} Prose
 */

/**
 * Returns the comments and test titles of a source file, or the paragraphs of a Markdown file.
 *
 * @param {string} file path relative to the root
 * @returns {Prose[]}
 */
export function proseOf(file) {
  const source = readFileSync(root + file, 'utf8');
  if (file.endsWith('.md')) return paragraphs(file, source);
  const comments = matches(file, 'comment', source, commentPattern(file)).filter(
    ({ text }) => !/biome-ignore|cspell:|@ts-|^#!/.test(text),
  );
  if (!/\.test\.ts$/.test(file)) return comments;
  const titles = [
    ...source.matchAll(/\b(?:it|test|describe)(?:\.\w+)*(?:\([^()]*\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs),
  ];
  return [...comments, ...titles.map((match) => prose(file, 'title', source, match.index, match[2] ?? ''))];
}

function commentPattern(file) {
  if (file.endsWith('.lua')) return /(?:^[ \t]*--(?!\[\[).*\n)+/gm;
  if (file.endsWith('.sh')) return /(?:^[ \t]*#(?!!).*\n)+/gm;
  return /^[ \t]*\/\*\*?[\s\S]*?\*\/|(?:^[ \t]*\/\/(?!\/).*\n)+|<!--[\s\S]*?-->/gm;
}

function matches(file, kind, source, pattern) {
  return [...source.matchAll(pattern)].map((match) => prose(file, kind, source, match.index, match[0]));
}

function prose(file, kind, source, at, raw) {
  const lines = raw.replace(/\n$/, '').split('\n');
  const text = lines
    .map((line) => line.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/|--|#|<!--)\s?|\s*(\*\/|-->)$/g, '').trim())
    .join(' ')
    .trim();
  return { file, kind, line: source.slice(0, at).split('\n').length, text, lines };
}

/**
 * Returns the paragraphs, list items and headings of a Markdown file, without code blocks and
 * inline code.
 */
function paragraphs(file, source) {
  const found = [];
  let fenced = false;
  source.split('\n').forEach((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    else if (!fenced && line.trim())
      found.push({ file, kind: 'markdown', line: index + 1, text: line.replace(/`[^`]*`/g, '`'), lines: [line] });
  });
  return found;
}
