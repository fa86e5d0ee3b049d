import { type ClientFrame, clientFrameSchema } from './client-frames.ts';
import { isId } from './ids.ts';
import { limits } from './limits.ts';
import { fits } from './strings.ts';

/**
 * Validates parsed JSON as a client frame. For an invalid frame, returns a message about the
 * invalid field, and the `ref` if it can be read. Validates plain-text messages and appends to
 * streams, which are nearly all frames, with code that is faster than the schema.
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

/**
 * Returns true only if the value is a valid frame that sends plain text. If it returns false, the
 * frame can still be valid: validate it with `sendSchema`.
 */
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

/**
 * Returns true only if the value is a valid frame that appends to a stream. If it returns false,
 * the frame can still be valid: validate it with `streamSchema`.
 */
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

/** Returns the `ref` of a value that might be a frame. Undefined if it has no valid `ref`. */
export function readRef(value: unknown): string | undefined {
  const ref = typeof value === 'object' && value !== null ? (value as { ref?: unknown }).ref : undefined;
  return typeof ref === 'string' && ref.length <= limits.ref && isStorable(ref) ? ref : undefined;
}

export type FrameReading = { ok: true; frame: ClientFrame } | { ok: false; message: string; ref?: string };
