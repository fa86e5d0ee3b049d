import type { Parley } from '@parley/client';
import type { Message } from '@parley/protocol';
import { onScopeDispose, shallowRef } from 'vue';
import { readAllPages } from '../core/read-all-pages.ts';

/** Events after which the pinned messages of a chat may be others. */
const kinds: ReadonlySet<string> = new Set(['pin', 'recall', 'edit', 'hide']);

/**
 * The pinned messages of a chat, the newest pin first. They are read again after each event that
 * may change them. Empty while they are not loaded, and without a history.
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
