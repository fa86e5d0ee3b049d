import type { Parley } from '@parley/client';
import type { Message } from '@parley/protocol';
import { onScopeDispose, shallowRef } from 'vue';
import { readAllPages } from '../core/read-all-pages.ts';

/** Kinds of events that can change which messages are pinned, or how they look. */
const kinds: ReadonlySet<string> = new Set(['pin', 'recall', 'edit', 'hide']);

/**
 * Returns the pinned messages of a chat, the latest pin first. Reads them again after each event
 * that can change them. Empty until they are loaded, and if the server has no history.
 */
export function usePins(parley: Parley, chat: number) {
  const pins = shallowRef<readonly Message[]>([]);
  let reads = 0;
  const load = async () => {
    reads += 1;
    const read = reads;
    const all = await readAllPages((paging) => parley.api('GET /chats/{id}/pins', { id: chat, ...paging })).catch(
      () => undefined,
    );
    if (all && read === reads) pins.value = all;
  };
  const concerns = (id: number) => pins.value.some((pin) => pin.id === id);
  const off = [
    parley.on('reload', () => void load()),
    parley.on('event', (event) => {
      if (!kinds.has(event.kind) || !('chat' in event) || event.chat !== chat) return;
      const ids = event.kind === 'hide' ? event.ids : 'id' in event ? [event.id] : [];
      if (event.kind === 'pin' || ids.some(concerns)) void load();
    }),
  ];
  onScopeDispose(() => {
    for (const end of off) end();
  });
  void load();
  return pins;
}
