import type { Body, Custom } from '@parley/protocol';

/** Returns the content of a message in the form that `accept` requires. */
export function messageContent({ body, replyTo, mentions, custom, silent }: WrittenContent): MessageContent {
  let extra = '';
  if (replyTo !== undefined) extra += `,"replyTo":${replyTo}`;
  if (mentions !== undefined) extra += `,"mentions":${JSON.stringify(mentions)}`;
  if (custom !== undefined) extra += `,"custom":${JSON.stringify(custom)}`;
  if (silent) extra += ',"silent":true';
  return { body: JSON.stringify(body), extra };
}

/** The parts of a message that its sender writes. */
export interface WrittenContent {
  body: Body;
  replyTo?: number | undefined;
  mentions?: number[] | undefined;
  custom?: Custom | undefined;
  silent?: true | undefined;
}

/** The parts of a message that its sender writes, as JSON text. */
export interface MessageContent {
  body: string;
  /** JSON text of further fields of the event, each with a comma before it. */
  extra: string;
}
