import { ref } from 'vue';

/** Maximum number of toasts on the screen. */
const MAX_TOASTS = 4;

/** The toasts on the screen, oldest first. */
export const toasts = ref<Toast[]>([]);

/**
 * Shows a toast.
 *
 * @param more `duration` in ms. Default: 5000
 */
export function toast(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> & { duration?: number } = {}): void {
  last += 1;
  const id = last;
  const { duration = 5000, ...rest } = more;
  toasts.value = [...toasts.value.slice(1 - MAX_TOASTS), { id, text, ...rest }];
  setTimeout(() => dismiss(id), duration);
}

/** Removes a toast. No-op if it was removed already. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

let last = 0;

export interface Toast {
  id: number;
  text: string;
  /** The chat, above the text. */
  title?: string;
  /** The sender, before the text. Default: none. */
  sender?: string;
  /** Runs when the toast is clicked. */
  open?: () => void;
  /** User or group whose picture is shown. */
  from?: { id: number; name: string; avatar: string | null };
}
