import type { View } from '@parley/client/views';
import { type ComputedRef, computed, type ShallowRef, shallowRef, watch } from 'vue';

/**
 * Returns the value of a view as a Vue ref, until the component is unmounted. If `view` reads
 * reactive values, such as a chat id, and they change, the ref follows the new view.
 */
export function useView<T>(view: () => View<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(view().get()) as ShallowRef<T>;
  // Needs no clean-up on a server, because Vue stops this synchronous watcher when the page is
  // rendered.
  watch(
    view,
    (current, _, onCleanup) => {
      const update = () => {
        value.value = current.get();
      };
      onCleanup(current.subscribe(update));
      update();
    },
    { immediate: true, flush: 'sync' },
  );
  return value;
}

/** Returns one ref per named field. Each ref changes only if its own field changes. */
export function fieldRefs<T extends object, Name extends keyof T>(
  value: Readonly<ShallowRef<T>>,
  names: readonly Name[],
): { [Each in Name]: ComputedRef<T[Each]> } {
  return Object.fromEntries(names.map((name) => [name, computed(() => value.value[name])])) as {
    [Each in Name]: ComputedRef<T[Each]>;
  };
}
