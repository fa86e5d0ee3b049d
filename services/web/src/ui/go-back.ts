import type { Router } from 'vue-router';

/**
 * Goes to the page above this one. If the user came from it, this is a step back in the history, so
 * that the browser's Back does not lead here again. Otherwise it replaces this page.
 */
export function goBack(router: Router, to: string): void {
  if (history.state?.back === to) router.back();
  else void router.replace(to);
}
