import { type ClientFrame, clientFrameSchema } from './client-frames.ts';
import { isId } from './ids.ts';
import { limits } from './limits.ts';
import { fits } from './strings.ts';

/**
 * Validates parsed JSON as a client frame. An invalid one returns a message that names the field,
 * and the `ref` if it is readable. Plain text sends and appends to streams, nearly all frames, are
 * validated without the schema, which is slower.
 */
export function readFrame(value: unknown): FrameReading {
  if (isTextSend(value) || isAppend(value)) return { ok: true, frame: value };
  const result = clientFrameSchema.safeParse(value);
  if (result.success) return { ok: true, frame: result.data };
  const issue = result.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  const message = `${path === '' ? '' : `${path}: `}${issue?.message ?? 'Not a valid frame'}`;
  const ref = readRef(value);
  return ref === undefined ? { ok: false, message } : { ok: false, message, ref };
}

/** True only for values that `sendSchema` accepts. False means: use the schema. */
export function isTextSend(value: unknown): value is Extract<ClientFrame, { type: 'send' }> {
  if (typeof value !== 'object' || value === null) return false;
  const frame = value as Record<string, unknown>;
  if (frame.type !== 'send') return false;
  for (const key in frame) if (key !== 'type' && key !== 'ref' && key !== 'to' && key !== 'body') return false;
  const { ref, to, body } = frame;
  if (typeof ref !== 'string' || ref.length === 0 || ref.length > limits.ref || !isStorable(ref)) return false;
  if (!isId(to)) return false;
  if (typeof body !== 'object' || body === null) return false;
  const { type, text } = body as Record<string, unknown>;
  for (const key in body) if (key !== 'type' && key !== 'text') return false;
  return type === 'text' && isText(text);
}

/** True only for appends that `streamSchema` accepts. False means: use the schema. */
function isAppend(value: unknown): value is Extract<ClientFrame, { op: 'append' }> {
  if (typeof value !== 'object' || value === null) return false;
  const { type, op, chat, id, index, text, ...more } = value as Record<string, unknown>;
  if (type !== 'stream' || op !== 'append') return false;
  for (const _ in more) return false;
  return isId(chat) && isId(id) && isId(index) && isText(text);
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && fits(text, limits.text) && isStorable(text);
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * The `ref` of something that may be a frame; undefined if there is none, or none that can be sent
 * back.
 */
export function readRef(value: unknown): string | undefined {
  const ref = typeof value === 'object' && value !== null ? (value as { ref?: unknown }).ref : undefined;
  return typeof ref === 'string' && ref.length <= limits.ref && isStorable(ref) ? ref : undefined;
}

export type FrameReading = { ok: true; frame: ClientFrame } | { ok: false; message: string; ref?: string };
