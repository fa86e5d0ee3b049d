import { linkAt, linkTarget } from '@parley/protocol/links';

/**
 * Id of the entry "everyone" in the menu of mentions, which mentions all members of a group. No
 * user has this id.
 */
export const EVERYONE = 0;

/**
 * The word that mentions all members, by language. Sender and reader might use different languages,
 * so all of these words are recognised.
 */
export const everyoneWords = { en: 'everyone', zh: '所有人' };

/**
 * Splits a text into plain text, links and mentions. Only http and https addresses and those that
 * begin with `www.` become links.
 *
 * @param names id -> name of the mentioned users
 */
export function textParts(text: string, names: ReadonlyMap<number, string> = new Map()): TextPart[] {
  const mentions = [...names].filter(([, name]) => name !== '').sort((a, b) => b[1].length - a[1].length);
  const parts: TextPart[] = [];
  let plain = '';
  const end = () => {
    if (plain !== '') parts.push({ type: 'text', text: plain });
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const mention = text[at] === '@' ? mentions.find(([, name]) => text.startsWith(name, at + 1)) : undefined;
    const link = mention ? undefined : linkAt(text, at);
    if (mention) {
      end();
      parts.push({ type: 'mention', text: `@${mention[1]}`, user: mention[0] });
      at += mention[1].length + 1;
    } else if (link) {
      end();
      parts.push({ type: 'link', text: link, href: linkTarget(link) });
      at += link.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  end();
  return parts;
}

/** Returns whether a text consists only of one to three emoji. Such a text is shown large. */
export function isLargeEmoji(text: string): boolean {
  if (text.length > 48) return false;
  const trimmed = text.replace(/\s/g, '');
  if (trimmed === '' || /[\d#*]/.test(trimmed)) return false;
  const clusters = [...segmenter.segment(trimmed)];
  return (
    clusters.length <= 3 &&
    clusters.every(({ segment }) => /^\p{RGI_Emoji}$|^\p{Extended_Pictographic}\uFE0F?$/v.test(segment))
  );
}

const segmenter = new Intl.Segmenter();

export type TextPart =
  | { type: 'text'; text: string }
  | { type: 'link'; text: string; href: string }
  | { type: 'mention'; text: string; user: number };
