import { computed, shallowRef } from 'vue';

const prompt = shallowRef<InstallPrompt>();

/** Whether the browser offers to install the page as an app. */
export const canInstall = computed(() => prompt.value !== undefined);

/** Shows the browser's installation dialog. No-op if the browser does not offer it. */
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
