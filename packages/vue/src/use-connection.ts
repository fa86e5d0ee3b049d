import type { Connection } from '@parley/client/views';
import type { ShallowRef } from 'vue';
import { useViews } from './provider.ts';
import { useView } from './use-view.ts';

/** Returns the state of the connection, and whether messages survive a reload of the page. */
export function useConnection(): Readonly<ShallowRef<Connection>> {
  const { connection } = useViews();
  return useView(() => connection);
}
