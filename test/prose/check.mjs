#!/usr/bin/env node
// Checks the prose of the repository: comments, test titles and Markdown. Reports words that the
// style guide rules out, and lines that are too long. `--fix` wraps long lines. Arguments: files or
// folders. Default: all files.
import { readFileSync, writeFileSync } from 'node:fs';
import { filesWithProse, proseOf, root } from './find-prose.mjs';
import { exceptions, ruledOut } from './ruled-out.mjs';
import { WIDTH, wrapComments, wrapMarkdown } from './wrap.mjs';

const args = process.argv.slice(2);
const files = filesWithProse(args.filter((arg) => !arg.startsWith('--')));
if (args.includes('--fix')) for (const file of files) fix(file);
const findings = files.flatMap(check);
for (const { file, line, what } of findings) console.log(`${file}:${line}: ${what}`);
if (findings.length) console.log(`${findings.length} findings in prose. Long lines: npm run format`);
process.exitCode = findings.length ? 1 : 0;

function fix(file) {
  const source = readFileSync(root + file, 'utf8');
  const wrapped = file.endsWith('.md') ? wrapMarkdown(source) : wrapComments(source, file);
  if (wrapped !== source) writeFileSync(root + file, wrapped);
}

function check(file) {
  return proseOf(file).flatMap((prose) => [...wordFindings(prose), ...lengthFindings(prose)]);
}

function wordFindings({ file, kind, line, text }) {
  return ruledOut
    .filter((rule) => !rule.in || rule.in.includes(kind))
    .flatMap(({ words, instead }) => {
      const match = words.exec(text);
      if (!match || exceptions.some((exception) => exception.file.test(file) && exception.words.test(match[0])))
        return [];
      const around = text.slice(Math.max(0, match.index - 40), match.index + 40);
      return [{ file, line, what: `"${match[0]}" in "…${around}…": write ${instead}` }];
    });
}

/**
 * Returns findings about lines that are too long. Leaves out tables, links and single long words,
 * because they cannot wrap, and test titles, because the formatter wraps code.
 */
function lengthFindings({ file, kind, line, lines }) {
  if (kind === 'title') return [];
  return lines.flatMap((text, index) => {
    if (text.length <= WIDTH || /^\s*(\||<|!\[|#{1,6}\s|\[[^\]]+\]:)/.test(text)) return [];
    if (text.trim().split(/\s+/).length <= 3 || /biome-ignore|https?:\/\/\S{60,}/.test(text)) return [];
    return [{ file, line: line + index, what: `${text.length} columns, more than ${WIDTH}` }];
  });
}
