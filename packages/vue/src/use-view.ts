import type { View } from '@parley/client/views';
import { type ComputedRef, computed, type ShallowRef, shallowRef, watch } from 'vue';

/**
 * Returns the value of a view as a ref until the scope of the component ends. When the view depends
 * on reactive values, such as the id of a chat, the ref follows them.
 */
export function useView<T>(view: () => View<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(view().get()) as ShallowRef<T>;
  // On a server, Vue stops a synchronous watcher when the page is rendered.
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

/** Returns a ref for each of the named fields, which changes only with its field. */
export function fieldRefs<T extends object, Name extends keyof T>(
  value: Readonly<ShallowRef<T>>,
  names: readonly Name[],
): { [Each in Name]: ComputedRef<T[Each]> } {
  return Object.fromEntries(names.map((name) => [name, computed(() => value.value[name])])) as {
    [Each in Name]: ComputedRef<T[Each]>;
  };
}
