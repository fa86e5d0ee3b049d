import { computed, onScopeDispose, shallowReactive } from 'vue';

/** Titles of the visible pages, the innermost last. */
const titles = shallowReactive<(() => string)[]>([]);

/** The title of the innermost page. Empty if it has none. */
export const pageTitle = computed(() => titles.at(-1)?.() ?? '');

/** Sets the title of the page while the component is mounted. */
export function usePageTitle(title: () => string): void {
  titles.push(title);
  onScopeDispose(() => {
    const at = titles.indexOf(title);
    if (at >= 0) titles.splice(at, 1);
  });
}
