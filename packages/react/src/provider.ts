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

/** Provides a client to the components below it. */
export function ParleyProvider({
  client,
  children,
}: {
  client: Parley;
  children?: ReactNode;
}): FunctionComponentElement<ProviderProps<Parley | undefined>> {
  return createElement(Context.Provider, { value: client }, children);
}

/** Returns the provided client. @throws Error if there is none */
export function useParley(): Parley {
  const parley = useContext(Context);
  if (!parley) throw new Error('No client is provided. Render the component in <ParleyProvider client={parley}>');
  return parley;
}

/** Returns the views of the provided client. */
export function useViews(): Views {
  return viewsOf(useParley());
}

/** Returns the value of a view, and renders the component again when it changes. */
export function useView<T>({ subscribe, get, initial }: View<T>): T {
  // Without a value for the server, React would refuse to render there. The first render in the
  // browser uses it too, so that both have the same result.
  return useSyncExternalStore(subscribe, get, () => initial);
}
