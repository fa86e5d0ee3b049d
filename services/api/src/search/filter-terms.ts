import type { Term } from './terms.ts';

/**
 * Kinds of messages that a search can select: the types of bodies, plus `link` for messages whose
 * text contains a link.
 */
export const messageKinds = ['text', 'image', 'video', 'audio', 'file', 'sticker', 'card', 'custom', 'link'] as const;

/** Returns the index terms for the properties of a message. They differ from all terms of texts. */
export function filterTerms({ peer, sender, kind, text }: Filtered): string[] {
  const terms = [peerTerm(peer), senderTerm(sender), kindTerm(kind)];
  if (hasLink(kind, text)) terms.push(kindTerm('link'));
  return terms;
}

/** Returns the index terms that select the messages which match the filters. */
export function termsOfFilters({ peer, sender, kinds }: Filters): Term[] {
  const terms: Term[] = [];
  if (peer !== undefined) terms.push({ texts: [peerTerm(peer)], prefix: false });
  if (sender !== undefined) terms.push({ texts: [senderTerm(sender)], prefix: false });
  if (kinds !== undefined) terms.push({ texts: kinds.map(kindTerm), prefix: false });
  return terms;
}

/** Returns whether a message matches all filters. */
export function passes({ peer, sender, kinds }: Filters, message: Filtered): boolean {
  if (peer !== undefined && message.peer !== peer) return false;
  if (sender !== undefined && message.sender !== sender) return false;
  return (
    kinds?.some((kind) => kind === message.kind || (kind === 'link' && hasLink(message.kind, message.text))) ?? true
  );
}

function hasLink(kind: string, text: string): boolean {
  return kind === 'text' && /\bhttps?:\/\/[^\s/]/i.test(text);
}

function peerTerm(peer: number): string {
  return `\0p${peer}`;
}

function senderTerm(sender: number): string {
  return `\0s${sender}`;
}

function kindTerm(kind: string): string {
  return `\0k${kind}`;
}

/** The properties of a message that filters check. */
export interface Filtered {
  peer: number;
  sender: number;
  /** The type of the message body. */
  kind: string;
  /** The text of the message. Empty if it has none. */
  text: string;
}

/** Filters of a search. A message must match every filter that is set. */
export interface Filters {
  /** Selects only messages of the user's own chat with this user. */
  peer?: number | undefined;
  sender?: number | undefined;
  /** Selects only messages of one of these kinds. */
  kinds?: readonly MessageKind[] | undefined;
}

export type MessageKind = (typeof messageKinds)[number];
