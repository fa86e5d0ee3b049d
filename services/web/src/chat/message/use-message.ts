import type { ChatMessage } from '@parley/client';
import { computed } from 'vue';
import { contextMenu } from '../../ui/context-menu.ts';
import { useChat } from '../context.ts';
import { labelOf } from './label.ts';

/** Returns the label, the menu and the selection state of a message in the list. */
export function useMessage(message: () => ChatMessage) {
  const context = useChat();
  const { nameOf, openMenu, toggle } = context;
  /**
   * Whether the message can be selected. Notices, messages that the server has not accepted yet,
   * and messages that are still being streamed cannot.
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
    /**
     * While messages are being selected, makes a click anywhere in the message select or deselect
     * it.
     */
    onClick(event: MouseEvent): void {
      // Ignores clicks on the checkbox, which handles them itself.
      if (!context.selection || (event.target as HTMLElement).closest('.choice')) return;
      event.preventDefault();
      event.stopPropagation();
      if (selectable.value) toggle(message());
    },
    /** Opens the message's menu below the button that was clicked. */
    openBeside(event: MouseEvent): void {
      const { left, bottom } = (event.currentTarget as HTMLElement).getBoundingClientRect();
      openMenu(message(), { x: left, y: bottom + 4 });
    },
  };
}
