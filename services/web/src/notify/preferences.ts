import { reactive, readonly } from 'vue';
import { localStore } from '../core/local-store.ts';

const kept = localStore.get('notify')?.split(',');
const state = reactive({ inPage: kept?.includes('inPage') ?? true, browser: kept?.includes('browser') ?? false });

/** How this browser notifies: in the page, and by notifications while the page is in the background. */
export const preferences = readonly(state);

/** Chooses, for later visits too. */
export function setPreferences(changes: Partial<typeof state>): void {
  Object.assign(state, changes);
  localStore.set(
    'notify',
    Object.entries(state)
      .flatMap(([name, on]) => (on ? [name] : []))
      .join() || 'none',
  );
}
