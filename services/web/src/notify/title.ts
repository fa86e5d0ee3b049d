import { onScopeDispose, type Ref, shallowRef, watchEffect } from 'vue';
import { pageTitle } from '../core/page-title.ts';

/** Number of unread messages that the title shows. 0 while nobody is signed in. */
const count = shallowRef(0);

/**
 * Updates the window's title (number of unread messages, page title, name of the app) and the badge
 * on the app's icon.
 */
export function useWindowTitle(): void {
  watchEffect(() => {
    const badge = count.value > 0 ? `(${count.value > 99 ? '99+' : count.value}) ` : '';
    document.title = `${badge}${pageTitle.value === '' ? '' : `${pageTitle.value} – `}Parley`;
    // If the page is installed as an app, shows the number on its icon.
    if ('setAppBadge' in navigator)
      (count.value > 0 ? navigator.setAppBadge(count.value) : navigator.clearAppBadge()).catch(() => {});
  });
}

/** Shows the number of unread messages in the title while the component is mounted. */
export function useUnreadBadge(unread: Ref<number>): void {
  watchEffect(() => {
    count.value = unread.value;
  });
  onScopeDispose(() => {
    count.value = 0;
  });
}
