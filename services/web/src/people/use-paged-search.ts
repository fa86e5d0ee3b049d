import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { errorText } from '../core/error-text.ts';

/** Ms after the last change of the text at which the search starts. */
const DEBOUNCE_MS = 250;

/** Items of one page. */
const PAGE = 30;

/** A search that starts shortly after its text has changed and loads further pages on demand. */
export function usePagedSearch<T>(query: Readonly<Ref<string>>, read: (search: PagedSearch) => Promise<FoundPage<T>>) {
  /** The results so far. Undefined while the search text is empty. */
  const found = shallowRef<T[]>();
  const next = ref<string | null>(null);
  const failure = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function search(after?: string): Promise<void> {
    const q = query.value.trim();
    failure.value = '';
    if (q === '') {
      found.value = undefined;
      next.value = null;
      return;
    }
    try {
      const page = await read({ q, limit: PAGE, ...(after && { after }) });
      // Ignores the response if the search text changed during the request.
      if (q !== query.value.trim()) return;
      found.value = [...(after ? (found.value ?? []) : []), ...page.items];
      next.value = page.next;
    } catch (error) {
      failure.value = errorText(error);
    }
  }

  watch(query, () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(), DEBOUNCE_MS);
  });
  onScopeDispose(() => clearTimeout(timer));
  return { found, next, failure, search };
}

interface PagedSearch {
  q: string;
  limit: number;
  after?: string;
}

interface FoundPage<T> {
  items: T[];
  next: string | null;
}
