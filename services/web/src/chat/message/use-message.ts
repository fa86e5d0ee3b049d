import type { ChatMessage } from '@parley/client';
import { computed } from 'vue';
import { contextMenu } from '../../ui/context-menu.ts';
import { useChat } from '../context.ts';
import { labelOf } from './label.ts';

/** Label, menu and selection of a message in the list. */
export function useMessage(message: () => ChatMessage) {
  const context = useChat();
  const { nameOf, openMenu, toggle } = context;
  /**
   * Notices, and messages that are not accepted yet or whose text still grows, cannot be forwarded.
   */
  const selectable = computed(
    () => message().id !== undefined && !message().streaming && message().body?.type !== 'notice',
  );
  return {
    context,
    label: computed(() => labelOf(message(), nameOf)),
    menu: contextMenu((at) => openMenu(message(), at)),
    selectable,
    selected: computed(() => context.selection?.has(message().key) ?? false),
    toggle: () => toggle(message()),
    /** Selects the message. While messages are selected, a click anywhere in it does this. */
    onClick(event: MouseEvent): void {
      // The checkbox handles its own clicks.
      if (!context.selection || (event.target as HTMLElement).closest('.choice')) return;
      event.preventDefault();
      event.stopPropagation();
      if (selectable.value) toggle(message());
    },
    /** Opens the menu below a button. */
    openBeside(event: MouseEvent): void {
      const { left, bottom } = (event.currentTarget as HTMLElement).getBoundingClientRect();
      openMenu(message(), { x: left, y: bottom + 4 });
    },
  };
}
