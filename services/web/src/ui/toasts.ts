import { ref } from 'vue';

/** Maximum number of visible toasts. */
const MAX_TOASTS = 4;

/** The visible toasts, the oldest first. */
export const toasts = ref<Toast[]>([]);

/**
 * Shows a toast.
 *
 * @param more fields of the toast, and `duration` in ms. Default duration: 5000
 */
export function toast(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> & { duration?: number } = {}): void {
  last += 1;
  const id = last;
  const { duration = 5000, ...rest } = more;
  toasts.value = [...toasts.value.slice(1 - MAX_TOASTS), { id, text, ...rest }];
  setTimeout(() => dismiss(id), duration);
}

/** Removes a toast. No-op if the toast was already removed. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

let last = 0;

export interface Toast {
  id: number;
  text: string;
  /** Name of the chat, shown above the text. */
  title?: string;
  /** Name of the sender, shown before the text. Default: none. */
  sender?: string;
  /** Called when the user clicks the toast. */
  open?: () => void;
  /** User or group whose picture the toast shows. */
  from?: { id: number; name: string; avatar: string | null };
}
