const LINK = /(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}\u3000-\u303f\uff00-\uffef]+/iuy;

/** Returns the http or https link of a text that begins first, as it is written. */
export function firstLink(text: string): string | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const link = linkAt(text, at);
    if (link !== undefined) return link;
  }
  return undefined;
}

/**
 * Returns the link that begins at an index, without the punctuation of the surrounding sentence.
 * Undefined if no link begins there.
 */
export function linkAt(text: string, at: number): string | undefined {
  const start = text[at];
  if (start !== 'h' && start !== 'H' && start !== 'w' && start !== 'W') return undefined;
  if (at > 0 && /[\p{L}\p{N}@]/u.test(text[at - 1] ?? '') && !/[\u3000-\u9fff]/.test(text[at - 1] ?? ''))
    return undefined;
  LINK.lastIndex = at;
  let link = LINK.exec(text)?.[0];
  if (!link) return undefined;
  for (;;) {
    const closing = link.endsWith(')') && !link.includes('(');
    if (!closing && !/[.,;:!?*_~\]]$/.test(link)) break;
    link = link.slice(0, -1);
  }
  return URL.canParse(linkTarget(link)) && /[.:/]\S/.test(link.slice(4)) ? link : undefined;
}

/** Returns the address of a link. `www.` links have no scheme and get `https://`. */
export function linkTarget(link: string): string {
  return /^www\./i.test(link) ? `https://${link}` : link;
}
