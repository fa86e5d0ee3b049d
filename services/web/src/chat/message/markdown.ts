import { Lexer, type Token, type Tokens } from 'marked';

/** Matches text that contains Markdown markers. Other texts, which are most, are not parsed. */
const MARKUP = /[*_`~[]|^\s{0,3}(?:>|[-+]\s|\d{1,9}[.)]\s)/m;

/**
 * Maximum number of characters of a text that is parsed. The time to parse unclosed
 * emphasis markers grows with the square of the length.
 */
const MAX_PARSED = 4000;

/**
 * Matches six nested quotes or lists. Such text is not parsed: the lexer recurses for each level,
 * so deep nesting could overflow the stack.
 */
const DEEP_NESTING = /^(?:\s{0,3}(?:>|[-+*]|\d{1,9}[.)])[ \t]*){6}/m;

/**
 * Parses the Markdown of a message into blocks: text with bold, italic, strikethrough, code and
 * links, and code blocks, quotes and lists. Other syntax, such as HTML, tables and headings, stays
 * as typed. Keeps all text, line breaks and spaces.
 */
export function parseMarkdown(text: string): Block[] {
  if (!MARKUP.test(text) || text.length > MAX_PARSED || DEEP_NESTING.test(text))
    return [{ type: 'text', spans: [{ type: 'text', text }] }];
  return toBlocks(new Lexer({ gfm: true }).lex(text), text);
}

function toBlocks(tokens: Token[], source: string): Block[] {
  const blocks: Block[] = [];
  // Leaves the text as typed if the lexer has changed its line ends or tabs, so that no character
  // gets lost.
  if (tokens.map(({ raw }) => raw).join('') !== source)
    return [{ type: 'text', spans: [{ type: 'text', text: source }] }];
  const addSpans = (spans: Span[]) => {
    const last = blocks.at(-1);
    if (last?.type === 'text') last.spans.push(...spans);
    else blocks.push({ type: 'text', spans });
  };
  for (const token of tokens as Tokens.Generic[]) {
    if (token.type === 'code' && /^\s*(```|~~~)/.test(token.raw))
      blocks.push({ type: 'code', text: token.text as string });
    else if (token.type === 'blockquote') blocks.push({ type: 'quote', blocks: toInnerBlocks(token.tokens ?? []) });
    else if (token.type === 'list') blocks.push(toList(token as Tokens.List));
    else if (token.type === 'paragraph') addSpans(toSpans(token));
    else addSpans([{ type: 'text', text: token.raw }]);
  }
  return trimAround(blocks);
}

/** Returns the blocks inside a quote or list item, without the markers `>` and `-`. */
function toInnerBlocks(tokens: Token[]): Block[] {
  return toBlocks(tokens, tokens.map(({ raw }) => raw).join(''));
}

function toList({ items, ordered, start }: Tokens.List): Block {
  const toItem = ({ tokens }: Tokens.ListItem): Block[] =>
    tokens.flatMap((token) =>
      token.type === 'text'
        ? [{ type: 'text' as const, spans: toSpans(token as Tokens.Generic) }]
        : toInnerBlocks([token]),
    );
  return { type: 'list', start: ordered ? Number(start) || 1 : undefined, items: items.map(toItem) };
}

function toSpans({ tokens, raw }: Tokens.Generic): Span[] {
  if (!tokens) return [{ type: 'text', text: raw }];
  const spans = (tokens as Tokens.Generic[]).flatMap(toSpan);
  // Keeps the line break before the next block, which is part of a paragraph's raw text.
  const rest = raw.slice(raw.trimEnd().length);
  return rest === '' ? spans : [...spans, { type: 'text', text: rest }];
}

function toSpan(token: Tokens.Generic): Span[] {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [{ type: token.type, spans: (token.tokens as Tokens.Generic[]).flatMap(toSpan) }];
    case 'codespan':
      return [{ type: 'code', text: token.text as string }];
    case 'link':
      // Handles only [text](address). `textParts` finds plain URLs together with the mentions.
      if (!token.raw.startsWith('[') || !/^https?:\/\//i.test(token.href as string))
        return [{ type: 'text', text: token.raw }];
      return [{ type: 'link', href: token.href as string, text: token.text as string }];
    case 'escape':
      return [{ type: 'text', text: token.text as string }];
    default:
      return [{ type: 'text', text: token.raw }];
  }
}

/** Removes empty lines before and after blocks, because blocks have a margin. */
function trimAround(blocks: Block[]): Block[] {
  if (blocks.length < 2) return blocks;
  return blocks.flatMap((block, at): Block[] => {
    if (block.type !== 'text') return [block];
    const spans = [...block.spans];
    const first = spans[0];
    if (at > 0 && first?.type === 'text') spans[0] = { type: 'text', text: first.text.replace(/^\n+/, '') };
    const last = spans.at(-1);
    if (at < blocks.length - 1 && last?.type === 'text')
      spans[spans.length - 1] = { type: 'text', text: last.text.replace(/\n+$/, '') };
    const kept = spans.filter((span) => span.type !== 'text' || span.text !== '');
    return kept.length > 0 ? [{ type: 'text', spans: kept }] : [];
  });
}

export type Block =
  | { type: 'text'; spans: Span[] }
  | { type: 'code'; text: string }
  | { type: 'quote'; blocks: Block[] }
  /** `start`: the first number of an ordered list. Undefined for a bulleted list. */
  | { type: 'list'; start: number | undefined; items: Block[][] };

export type Span =
  | { type: 'text'; text: string }
  | { type: 'strong' | 'em' | 'del'; spans: Span[] }
  | { type: 'code'; text: string }
  | { type: 'link'; href: string; text: string };
