import { computed, onScopeDispose, shallowReactive } from 'vue';

/** Titles of the mounted pages, the innermost page last. */
const titles = shallowReactive<(() => string)[]>([]);

/** Title of the innermost mounted page. Empty if no page has a title. */
export const pageTitle = computed(() => titles.at(-1)?.() ?? '');

/** Sets the page's title while the component is mounted. */
export function usePageTitle(title: () => string): void {
  titles.push(title);
  onScopeDispose(() => {
    const at = titles.indexOf(title);
    if (at >= 0) titles.splice(at, 1);
  });
}
