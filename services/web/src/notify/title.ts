import { onScopeDispose, type Ref, watchEffect } from 'vue';
import { pageTitle } from '../core/page-title.ts';

/**
 * Keeps the window's title and the app's badge: the number of unread messages, the page, the name
 * of the app.
 */
export function useWindowTitle(unread: Ref<number>): void {
  watchEffect(() => {
    const count = unread.value;
    const badge = count > 0 ? `(${count > 99 ? '99+' : count}) ` : '';
    document.title = `${badge}${pageTitle.value === '' ? '' : `${pageTitle.value} – `}Parley`;
    // An installed app shows the number on its icon.
    if ('setAppBadge' in navigator)
      (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
  });
  onScopeDispose(() => {
    document.title = 'Parley';
  });
}
