import type { ChatMessage, Parley } from '@parley/client';
import type { EventOf, ParleyEvent } from '@parley/protocol';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { parleySource } from './source.ts';
import { Timeline } from './timeline.ts';

/** Returns the timeline of a chat and updates it while the component is mounted. */
export function useTimeline(parley: Parley, chat: number): ChatTimeline {
  const timeline = new Timeline(parleySource(parley, chat));
  const view = shallowRef<View>(read());
  let scheduled = 0;

  function read(): View {
    return { messages: timeline.messages, older: timeline.older, newer: timeline.newer };
  }
  const show = () => {
    view.value = read();
  };
  const refresh = () => {
    scheduled = 0;
    if (parley.status.state === 'off') return;
    timeline.refresh();
    show();
  };
  // Updates once per frame, even if several changes arrive within it.
  const schedule = () => {
    scheduled ||= document.hidden ? window.setTimeout(refresh, 50) : requestAnimationFrame(refresh);
  };
  let loading: Promise<unknown> | undefined;
  const once = (work: () => Promise<unknown>) => {
    loading ??= work().finally(() => {
      loading = undefined;
      show();
    });
    return loading.then(() => {});
  };

  const off = [
    parley.on('change', (change) => (change.chat === undefined || change.chat === chat) && schedule()),
    parley.on('reload', () => timeline.lose()),
    parley.on('event', (event) => {
      if (isMutation(event) && event.chat === chat) timeline.apply(event);
    }),
  ];
  onScopeDispose(() => {
    for (const end of off) end();
    clearTimeout(scheduled);
    cancelAnimationFrame(scheduled);
  });
  return {
    view,
    loadOlder: () => once(() => timeline.loadOlder()),
    loadNewer: () => once(() => timeline.loadNewer()),
    jump: async (id) => {
      const found = await timeline.jump(id);
      show();
      return found;
    },
    toLatest: () => {
      timeline.toLatest();
      show();
    },
  };
}

function isMutation(event: ParleyEvent): event is EventOf<'recall' | 'edit' | 'react' | 'pin' | 'hide'> {
  return ['recall', 'edit', 'react', 'pin', 'hide'].includes(event.kind);
}

/** The loaded messages of a chat, with functions that load other messages. */
export interface ChatTimeline {
  view: ShallowRef<View>;
  /** @throws ParleyError */
  loadOlder(): Promise<void>;
  /** @throws ParleyError */
  loadNewer(): Promise<void>;
  /** Loads a message. Resolves with false if it does not exist. @throws ParleyError */
  jump(id: number): Promise<boolean>;
  toLatest(): void;
}

interface View {
  messages: ChatMessage[];
  older: boolean;
  newer: boolean;
}
