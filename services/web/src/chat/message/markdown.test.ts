import { describe, expect, it } from 'vitest';
import { type Block, parseMarkdown, type Span } from './markdown.ts';

/** Converts blocks to a compact text that shows the structure. */
const show = (blocks: Block[]): string =>
  blocks
    .map((block) => {
      if (block.type === 'text') return block.spans.map(showSpan).join('');
      if (block.type === 'code') return `<pre>${block.text}</pre>`;
      if (block.type === 'quote') return `<quote>${show(block.blocks)}</quote>`;
      return `<list ${block.start ?? '-'}>${block.items.map((item) => `<item>${show(item)}</item>`).join('')}</list>`;
    })
    .join('');

const showSpan = (span: Span): string => {
  if (span.type === 'text') return span.text;
  if (span.type === 'code') return `<code>${span.text}</code>`;
  if (span.type === 'link') return `<a ${span.href}>${span.text}</a>`;
  return `<${span.type}>${span.spans.map(showSpan).join('')}</${span.type}>`;
};

describe('Markdown of a message', () => {
  it.each([
    ['**bold** and *italic* and ~~gone~~', '<strong>bold</strong> and <em>italic</em> and <del>gone</del>'],
    ['`a < b` stays', '<code>a < b</code> stays'],
    ['see [docs](https://example.org/a)', 'see <a https://example.org/a>docs</a>'],
    ['before\n```ts\nconst a = 1;\n```\nafter', 'before<pre>const a = 1;</pre>after'],
    ['> quoted\n\nreply', '<quote>quoted</quote>reply'],
    ['- one\n- **two**', '<list -><item>one</item><item><strong>two</strong></item></list>'],
    ['3. three\n4. four', '<list 3><item>three</item><item>four</item></list>'],
  ])('parseMarkdown parses %j to %s', (text, expected) => expect(show(parseMarkdown(text))).toBe(expected));

  it.each([
    'Hello Ann\n\nhow are you?',
    '  indented\n    more',
    '# not a heading',
    '<b>x</b> <img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](data:text/html,<script>)',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    'snake_case_name and 2 * 3 * 4',
    'https://example.org/a_b_c?x=*y*',
    '---',
    'a\tb *',
  ])('parseMarkdown leaves the text %j as typed', (text) => expect(show(parseMarkdown(text))).toBe(text));

  it.each(['*', '_a', '[', '`', '> ', '- > ', '1. ', '- ', '**a ', '***a', '[a]('])(
    'parsing 4,000 characters of %j does not overflow the stack',
    (part) => expect(parseMarkdown(part.repeat(4000 / part.length)).length).toBeGreaterThan(0),
  );

  it('parseMarkdown leaves text of more than 4,000 characters as typed', () => {
    const text = `**bold** ${'x'.repeat(4000)}`;
    expect(show(parseMarkdown(text))).toBe(text);
  });
});
