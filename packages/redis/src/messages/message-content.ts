import type { Body, Custom } from '@parley/protocol';

/** Returns the content that the sender of a message wrote, in the form that `accept` reads. */
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

/** The written parts of a message, as JSON text. */
export interface MessageContent {
  body: string;
  /** JSON text of further fields, each with a comma before it. */
  extra: string;
}
