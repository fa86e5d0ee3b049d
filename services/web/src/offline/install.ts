import { computed, shallowRef } from 'vue';

const prompt = shallowRef<InstallPrompt>();

/** Whether the browser can install the page as an app. */
export const canInstall = computed(() => prompt.value !== undefined);

/**
 * Opens the browser's dialog to install the page as an app. No-op if the browser cannot install it.
 */
export async function install(): Promise<void> {
  const current = prompt.value;
  prompt.value = undefined;
  await current?.prompt();
}

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  prompt.value = event as InstallPrompt;
});

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}
