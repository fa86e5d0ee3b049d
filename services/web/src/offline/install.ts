import { computed, shallowRef } from 'vue';

const offer = shallowRef<InstallOffer>();

/** Whether the browser offers to install the page as an app. */
export const canInstall = computed(() => offer.value !== undefined);

/** Asks the user whether to install. */
export async function install(): Promise<void> {
  const asked = offer.value;
  offer.value = undefined;
  await asked?.prompt();
}

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer.value = event as InstallOffer;
});

interface InstallOffer extends Event {
  prompt(): Promise<void>;
}
