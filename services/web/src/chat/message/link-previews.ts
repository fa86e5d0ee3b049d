import { type LinkPreview, type Parley, ParleyError } from '@parley/client';

/** Maximum requests in flight. The server refuses more than a few of one user. */
const MAX_IN_FLIGHT = 2;

/** Ms before a request is repeated that the server could not serve. */
const RETRY_MS = 3000;

const MAX_ATTEMPTS = 3;

const found = new Map<string, LinkPreview | null>();
/**
 * Requests that wait for their turn. The newest one comes first, because its message is visible.
 */
const waiting: (() => void)[] = [];
let inFlight = 0;
let offered: Promise<boolean> | undefined;

/** Resolves with whether the server makes previews. */
export function hasLinkPreviews(parley: Parley): Promise<boolean> {
  offered ??= parley.api('GET /info').then(
    ({ linkPreviews }) => linkPreviews,
    () => {
      offered = undefined;
      return false;
    },
  );
  return offered;
}

/** Returns a preview that was loaded before. Null if there is none, undefined if it is unknown. */
export function knownPreview(target: Target): LinkPreview | null | undefined {
  return found.get(keyOf(target));
}

/**
 * Loads the preview of the link of a message, once. Resolves with null if there is none, or if the
 * caller no longer needs it when its turn comes.
 */
export async function loadPreview(parley: Parley, target: Target, needed: () => boolean): Promise<LinkPreview | null> {
  const key = keyOf(target);
  const { chat: id, message } = target;
  for (let attempt = 1; needed(); attempt += 1) {
    await enter();
    try {
      const known = found.get(key);
      if (known !== undefined || !needed()) return known ?? null;
      const { preview } = await parley.api('GET /chats/{id}/messages/{message}/link-preview', { id, message });
      found.set(key, preview);
      return preview;
    } catch (error) {
      if (!(error instanceof ParleyError && error.retry) || attempt >= MAX_ATTEMPTS) return null;
    } finally {
      leave();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt));
  }
  return null;
}

async function enter(): Promise<void> {
  if (inFlight >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => waiting.push(resolve));
  else inFlight += 1;
}

function leave(): void {
  const next = waiting.pop();
  if (next) next();
  else inFlight -= 1;
}

/** An edit may change the link, so it is part of the key. */
const keyOf = ({ chat, message, link }: Target) => `${chat} ${message} ${link}`;

interface Target {
  chat: number;
  message: number;
  link: string;
}
