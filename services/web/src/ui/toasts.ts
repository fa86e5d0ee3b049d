import { ref } from 'vue';

/** What is shown for a moment, oldest first. */
export const toasts = ref<Toast[]>([]);

/** Shows a line for a moment, 5 s unless told; `open` is called when it is clicked. */
export function toast(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> & { duration?: number } = {}): void {
  last += 1;
  const id = last;
  const { duration = 5000, ...rest } = more;
  toasts.value = [...toasts.value.slice(-3), { id, text, ...rest }];
  setTimeout(() => dismiss(id), duration);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

let last = 0;

export interface Toast {
  id: number;
  text: string;
  /** Above the text. */
  title?: string;
  open?: () => void;
  /** Whose picture is shown beside it. */
  from?: { id: number; name: string; avatar: string | null };
}
