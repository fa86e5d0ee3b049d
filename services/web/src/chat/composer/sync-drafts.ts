import { type Parley, ParleyError } from '@parley/client';
import { onScopeDispose } from 'vue';
import { draftsOf } from './drafts.ts';

/** Ms after the last change at which the draft is stored on the server. */
const SAVE_MS = 1000;

/** Ms after which saving a draft is retried, if it failed while online. */
const RETRY_MS = 30_000;

/**
 * While the component is mounted, stores drafts on the server and applies drafts that the user's
 * other devices stored. The last write wins.
 */
export function syncDrafts(parley: Parley): void {
  const drafts = draftsOf(parley.user ?? 0);
  const timers = new Map<number, number>();
  const saving = new Set<number>();
  /** Chat -> the latest `updated` date of the chat's draft that an event contained. */
  const heard = new Map<number, number>();

  const schedule = (chat: number, delay = SAVE_MS) => {
    window.clearTimeout(timers.get(chat));
    timers.set(
      chat,
      window.setTimeout(() => void save(chat), delay),
    );
  };

  const save = async (chat: number): Promise<void> => {
    const draft = drafts.unsaved(chat);
    if (!draft || saving.has(chat) || parley.status.state !== 'online') return;
    const { text, replyTo, mentions = [] } = draft;
    saving.add(chat);
    try {
      const content = { text, ...(replyTo && { replyTo }), ...(mentions.length > 0 && { mentions: [...mentions] }) };
      const box = await parley.api('PUT /chats/{id}/draft', { id: chat, ...content });
      const updated = box.draft?.updated ?? 0;
      drafts.saved(chat, { text, replyTo }, updated);
      if ((heard.get(chat) ?? 0) > updated) void read(chat);
    } catch (error) {
      if (error instanceof ParleyError && error.retry) schedule(chat, RETRY_MS);
      // If the server refuses a draft for good, keeps it on this device only.
      else drafts.saved(chat, { text, replyTo }, 0);
      saving.delete(chat);
      return;
    }
    saving.delete(chat);
    if (drafts.unsaved(chat)) schedule(chat);
  };

  const saveAll = () => {
    for (const chat of drafts.allUnsaved()) void save(chat);
  };

  const read = async (chat: number): Promise<void> => {
    const began = performance.now();
    const box = await parley.api('PUT /chats/{id}', { id: chat }).catch(() => undefined);
    if (box) drafts.apply([box], began);
  };

  const onHide = () => document.visibilityState === 'hidden' && saveAll();
  document.addEventListener('visibilitychange', onHide);
  const offs = [
    () => document.removeEventListener('visibilitychange', onHide),
    drafts.onSet(schedule),
    parley.on('status', ({ state }) => state === 'online' && saveAll()),
    parley.on('event', (event) => {
      if (event.kind !== 'chat') return;
      const { chat, change, updated = 0 } = event;
      if (change === 'deleted') drafts.forget(chat);
      if (change !== 'draft') return;
      heard.set(chat, Math.max(heard.get(chat) ?? 0, updated));
      if (!drafts.unsaved(chat) && !saving.has(chat) && drafts.serverVersion(chat) !== updated) void read(chat);
    }),
  ];
  if (parley.status.state === 'online') saveAll();
  onScopeDispose(() => {
    for (const off of offs) off();
    for (const timer of timers.values()) window.clearTimeout(timer);
  });
}
