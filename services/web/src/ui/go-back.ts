import type { Router } from 'vue-router';

/**
 * Goes to the page `to`, which is above the current page. If the user came from there, goes back in
 * the history, so that the browser's Back does not return here. Otherwise replaces the current
 * page.
 */
export function goBack(router: Router, to: string): void {
  if (history.state?.back === to) router.back();
  else void router.replace(to);
}
