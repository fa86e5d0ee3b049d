import type { Router } from 'vue-router';

/**
 * Goes to the page above this one. If the user came from that page, goes back in the history, so
 * that the browser's Back does not return here. Otherwise replaces this page.
 */
export function goBack(router: Router, to: string): void {
  if (history.state?.back === to) router.back();
  else void router.replace(to);
}
