import type { Parley } from '@parley/client';
import { type View, type Views, viewsOf } from '@parley/client/views';
import {
  createContext,
  createElement,
  type FunctionComponentElement,
  type ProviderProps,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from 'react';

const Context = createContext<Parley | undefined>(undefined);

/** React component that provides a client to the components inside it. */
export function ParleyProvider({
  client,
  children,
}: {
  client: Parley;
  children?: ReactNode;
}): FunctionComponentElement<ProviderProps<Parley | undefined>> {
  return createElement(Context.Provider, { value: client }, children);
}

/**
 * Returns the provided client.
 *
 * @throws Error if no client is provided
 */
export function useParley(): Parley {
  const parley = useContext(Context);
  if (!parley) throw new Error('No client is provided. Render the component in <ParleyProvider client={parley}>');
  return parley;
}

/** Returns the views of the provided client. */
export function useViews(): Views {
  return viewsOf(useParley());
}

/** Returns the value of a view. Renders the component again when the value changes. */
export function useView<T>({ subscribe, get, initial }: View<T>): T {
  // The third argument is the value for rendering on a server, which React requires. The first
  // render in the browser uses it too, so that both renders have the same result.
  return useSyncExternalStore(subscribe, get, () => initial);
}
