/** Number of columns at which prose wraps. */
export const WIDTH = 100;

/**
 * Matches a line that must stay on a line of its own: a list item, a tag, a table row, a code
 * fence, a heading, an HTML tag, an indented line, or a heading in a Lua script (KEYS, ARGV,
 * Reply).
 */
const startsBlock = /^(\s*([-*+]|\d+[.)])\s|@\w|\||#{1,6}\s|```|~~~|<\/?\w|>|\s{2,}\S|(KEYS|ARGV|Reply)\b)/;

/**
 * Returns a source file with its comments wrapped at `WIDTH` columns. Comments that fit stay as
 * they are.
 *
 * @param {string} source
 * @param {string} file name of the file, which decides the comment syntax
 */
export function wrapComments(source, file) {
  if (file.endsWith('.lua')) return wrapLineComments(source, '--');
  if (file.endsWith('.sh')) return wrapLineComments(source, '#');
  return wrapLineComments(wrapBlockComments(source), '//');
}

function wrapBlockComments(source) {
  return source.replace(/^([ \t]*)\/\*\*([\s\S]*?)\*\//gm, (whole, indent, inside) => {
    if (whole.split('\n').every((line) => line.length <= WIDTH)) return whole;
    if (inside.includes('*/')) return whole;
    const lines = inside
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
    const wrapped = wrapLines(lines, WIDTH - indent.length - 3);
    return [`${indent}/**`, ...wrapped.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join('\n');
  });
}

function wrapLineComments(source, mark) {
  const escaped = mark.replace(/[/#-]/g, '\\$&');
  const pattern = new RegExp(`(?:^[ \\t]*${escaped}(?![/!-]|\\[\\[).*(?:\\n|$))+`, 'gm');
  return source.replace(pattern, (whole) => {
    const lines = whole.replace(/\n$/, '').split('\n');
    if (lines.every((line) => line.length <= WIDTH)) return whole;
    if (/biome-ignore|cspell:|@ts-/.test(whole)) return whole;
    const indent = /^[ \t]*/.exec(lines[0] ?? '')?.[0] ?? '';
    const bare = lines.map((line) => line.trim().slice(mark.length).replace(/^ /, '').trimEnd());
    const wrapped = wrapLines(bare, WIDTH - indent.length - mark.length - 1);
    return `${wrapped.map((line) => `${indent}${mark} ${line}`.trimEnd()).join('\n')}${whole.endsWith('\n') ? '\n' : ''}`;
  });
}

/**
 * Returns a Markdown text with paragraphs and list items wrapped at `WIDTH` columns. Code, tables,
 * headings and HTML stay as they are.
 *
 * @param {string} source
 */
export function wrapMarkdown(source) {
  const out = [];
  let fenced = false;
  let block = [];
  const flush = () => {
    if (block.some((line) => line.length > WIDTH)) out.push(...wrapBlock(block));
    else out.push(...block);
    block = [];
  };
  for (const line of source.split('\n')) {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence || fenced || !line.trim() || /^\s*(\||#{1,6}\s|<|>|!\[|\[[^\]]+\]:)/.test(line) || /^---/.test(line)) {
      flush();
      out.push(line);
      if (fence) fenced = !fenced;
    } else {
      if (/^\s*([-*+]|\d+[.)])\s/.test(line)) flush();
      block.push(line);
    }
  }
  flush();
  return out.join('\n');
}

function wrapBlock(lines) {
  const [, indent = '', bullet = ''] = /^(\s*)((?:[-*+]|\d+[.)])\s+)?/.exec(lines[0]) ?? [];
  const text = lines
    .map((line) => line.trim())
    .join(' ')
    .slice(bullet.length);
  const hanging = ' '.repeat(bullet.length);
  return fill(text, WIDTH - indent.length - bullet.length).map(
    (line, index) => `${indent}${index === 0 ? bullet : hanging}${line}`,
  );
}

/**
 * Wraps the lines of a comment without their comment markers. Lists, tags and blank lines keep
 * lines of their own.
 */
function wrapLines(lines, width) {
  const out = [];
  let paragraph = [];
  let fenced = false;
  const flush = () => {
    if (!paragraph.length) return;
    const [, lead = ''] = /^(\s*(?:(?:[-*+]|\d+[.)])\s+)?)/.exec(paragraph[0]) ?? [];
    const text = paragraph
      .map((line) => line.trim())
      .join(' ')
      .slice(lead.trim() ? lead.trimStart().length : 0);
    const hanging = ' '.repeat(lead.length);
    out.push(...fill(text, width - lead.length).map((line, index) => (index === 0 ? lead : hanging) + line));
    paragraph = [];
  };
  for (const line of lines) {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence || fenced || !line.trim() || /^\s*\|/.test(line) || /^\s{4,}\S/.test(line)) {
      flush();
      out.push(line);
      if (fence) fenced = !fenced;
    } else {
      if (startsBlock.test(line)) flush();
      paragraph.push(line);
    }
  }
  flush();
  return out;
}

function fill(text, width) {
  const lines = [];
  let current = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (current && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current ? `${current} ${word}` : word;
  }
  if (current) lines.push(current);
  return lines;
}
