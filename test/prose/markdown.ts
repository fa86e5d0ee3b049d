import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Returns the paths, relative to the repository's root, of all files whose path matches. */
export function filesOf(pattern: RegExp): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  return listed.split('\n').filter((file) => pattern.test(file));
}

export function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * Markdown files that people maintain. Changelogs, their drafts and reports of runs are not among
 * them.
 */
export const pages = filesOf(/\.md$/).filter(
  (file) => !/CHANGELOG\.md$|^\.changeset\/|^test\/chaos\/reports\/|TEMPLATE|_template/.test(file),
);

/**
 * Returns the links of a page to files of the repository: the target as written, the file and the
 * anchor.
 */
export function linksOf(page: string): { target: string; file: string; anchor: string }[] {
  const text = readText(page).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { target, file: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** Returns the anchors that GitHub generates for the headings of a page. */
export function anchorsOf(page: string): string[] {
  return [...readText(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Returns the inline code of a page: the strings between single backticks. */
export function codeOf(page: string): string[] {
  const text = readText(page).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/**
 * Returns the variables in the settings tables of a page, with the defaults that the tables state.
 */
export function settingsOf(page: string): { variable: string; stated: string | undefined }[] {
  const found: { variable: string; stated: string | undefined }[] = [];
  let inTable = false;
  for (const line of readText(page).split('\n')) {
    const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
    if (!line.startsWith('|')) inTable = false;
    else if (first === 'variable') inTable = true;
    else if (inTable) {
      const variables = [...first.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => name);
      const stated = second.split(/, ?/);
      const fits = stated.length === variables.length;
      variables.forEach((variable, index) => {
        found.push({ variable, stated: fits ? toValue(stated[index] ?? '') : undefined });
      });
    }
  }
  return found;
}

/** Returns the default that a table cell states. Undefined for words such as "none". */
function toValue(cell: string): string | undefined {
  const [, quoted] = /^`([^`]+)`$/.exec(cell) ?? [];
  return quoted ?? (/^[\d.]+$/.test(cell) ? cell : undefined);
}
