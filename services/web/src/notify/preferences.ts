import { reactive, readonly } from 'vue';
import { localStore } from '../core/local-store.ts';

const stored = localStore.get('notify')?.split(',');
const state = reactive({
  /** Toasts in the page. */
  inPage: stored?.includes('inPage') ?? true,
  /** Whether to show browser notifications while the page is in the background. */
  browser: stored?.includes('browser') ?? false,
  /** Whether to play a short sound for each message in a chat that is not visible. */
  sound: stored?.includes('sound') ?? false,
});

/** The ways in which this browser notifies the user. */
export const preferences = readonly(state);

/** Changes preferences and stores them for later visits of the page. */
export function setPreferences(changes: Partial<typeof state>): void {
  Object.assign(state, changes);
  const on = Object.entries(state).flatMap(([name, value]) => (value ? [name] : []));
  localStore.set('notify', on.join() || 'none');
}
