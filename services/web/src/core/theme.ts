import { ref, watch } from 'vue';
import { localStore } from './local-store.ts';

export const themes = ['system', 'light', 'dark'] as const;

/** The theme that the user chose. `system` follows the setting of the device. */
export const theme = ref<Theme>(read());

/** Applies the theme to the page now and after each change. */
export function applyTheme(): void {
  watch(
    theme,
    (chosen) => {
      document.documentElement.dataset.theme = chosen;
      localStore.set('theme', chosen === 'system' ? undefined : chosen);
    },
    { immediate: true, flush: 'sync' },
  );
}

function read(): Theme {
  const stored = localStore.get('theme');
  return themes.find((name) => name === stored) ?? 'system';
}

export type Theme = (typeof themes)[number];
