import { reactive, readonly } from 'vue';
import { localStore } from '../core/local-store.ts';

const stored = localStore.get('notify')?.split(',');
const state = reactive({
  /** Toasts in the page. */
  inPage: stored?.includes('inPage') ?? true,
  /** Whether to show notifications of the browser while the page is in the background. */
  browser: stored?.includes('browser') ?? false,
  /** Whether to play a short sound for each message of a chat that is not visible. */
  sound: stored?.includes('sound') ?? false,
});

/** How this browser notifies the user. */
export const preferences = readonly(state);

/** Changes preferences, also for later visits. */
export function setPreferences(changes: Partial<typeof state>): void {
  Object.assign(state, changes);
  const on = Object.entries(state).flatMap(([name, value]) => (value ? [name] : []));
  localStore.set('notify', on.join() || 'none');
}
