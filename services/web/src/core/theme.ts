import { ref, watch } from 'vue';
import { localStore } from './local-store.ts';

export const themes = ['system', 'light', 'dark'] as const;

/** What the user chose; `system` follows the device. */
export const theme = ref<Theme>(read());

/** Puts the chosen theme on the page, now and whenever it changes. */
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
  const kept = localStore.get('theme');
  return themes.find((name) => name === kept) ?? 'system';
}

export type Theme = (typeof themes)[number];
