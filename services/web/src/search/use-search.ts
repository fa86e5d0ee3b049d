import type { Hit, Parley } from '@parley/client';
import type { BriefUser } from '@parley/protocol';
import { type ComputedRef, computed, onScopeDispose, type Ref, ref, shallowReactive, shallowRef, watch } from 'vue';
import { errorText } from '../core/error-text.ts';

/** Ms after the last change of the search text at which the search starts. */
const DEBOUNCE_MS = 250;

/** Hits per page. */
const PAGE_SIZE = 30;

/** Maximum number of characters in a search text that the api accepts. */
const MAX_QUERY = 200;

/**
 * Searches messages while the user types or changes filters. Keeps its state while the calling
 * component is mounted, so that a panel can show the results again.
 *
 * @param chat searches only this chat. Default: all chats
 */
export function useSearch(parley: Parley, chat?: number): Search {
  const query = ref('');
  const filters = ref<SearchFilters>({});
  const hits = shallowRef<Hit[]>([]);
  const next = ref<string | null>(null);
  const state = ref<Search['state']['value']>('idle');
  const failure = ref('');
  const users = shallowReactive(new Map<number, BriefUser>());
  const filtered = computed(() => Object.values(filters.value).some((value) => value !== undefined));
  let turn = 0;
  let timer = 0;

  watch([query, filters], ([text], [before]) => {
    turn += 1;
    window.clearTimeout(timer);
    hits.value = [];
    next.value = null;
    failure.value = '';
    state.value = text.trim() === '' && !filtered.value ? 'idle' : 'searching';
    if (state.value === 'searching') timer = window.setTimeout(load, text === before ? 0 : DEBOUNCE_MS);
  });
  onScopeDispose(() => {
    turn += 1;
    window.clearTimeout(timer);
  });

  async function load(): Promise<void> {
    const mine = turn;
    const wanted = hits.value.length + PAGE_SIZE;
    state.value = 'searching';
    try {
      // Loads further pages until enough hits are found, because a page can have fewer hits than
      // its limit although more follow.
      do {
        const page = await parley.api('GET /search', {
          ...toQuery(query.value, filters.value),
          ...(chat !== undefined && { chat }),
          limit: PAGE_SIZE,
          ...(next.value && { after: next.value }),
        });
        if (mine !== turn) return;
        for (const user of page.users) users.set(user.id, user);
        hits.value = [...hits.value, ...page.items];
        next.value = page.next;
      } while (next.value && hits.value.length < wanted);
    } catch (error) {
      if (mine !== turn) return;
      failure.value = errorText(error);
    }
    state.value = 'done';
  }

  return { query, filters, filtered, hits, next, state, failure, users, load };
}

function toQuery(query: string, { kind, from, since, until }: SearchFilters) {
  const q = [...query.trim()].slice(0, MAX_QUERY).join('');
  return {
    ...(q !== '' && { q }),
    ...(kind !== undefined && { kind }),
    ...(from !== undefined && { from }),
    ...(since !== undefined && { since: startOf(since) }),
    ...(until !== undefined && { until: startOf(until, 1) }),
  };
}

/** Returns the time in Unix ms at which a day begins, `days` later. */
function startOf(day: string, days = 0): number {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + days);
  return Math.max(0, date.getTime());
}

/** A search: its text and filters, and the results. */
export interface Search {
  query: Ref<string>;
  filters: Ref<SearchFilters>;
  /** Whether at least one filter is set. */
  filtered: ComputedRef<boolean>;
  hits: Readonly<Ref<Hit[]>>;
  /** Page cursor with which more hits can be loaded. Null if there are no more. */
  next: Readonly<Ref<string | null>>;
  state: Readonly<Ref<'idle' | 'searching' | 'done'>>;
  /** Sentence that explains why the search failed. Empty if it did not fail. */
  failure: Readonly<Ref<string>>;
  /** Senders of the hits, by id. */
  users: ReadonlyMap<number, BriefUser>;
  /** Loads more hits. */
  load(): Promise<void>;
}

/** Filters of a search. A message must match every filter that is set. */
export interface SearchFilters {
  /** Message types separated by commas, as in `GET /search`. */
  kind?: string | undefined;
  from?: number | undefined;
  /** `since`: first day of the search, such as `2026-11-26`. `until`: last day. */
  since?: string | undefined;
  until?: string | undefined;
}
