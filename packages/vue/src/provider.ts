import type { Parley } from '@parley/client';
import { type Views, viewsOf } from '@parley/client/views';
import { type App, type InjectionKey, inject, provide } from 'vue';

const key: InjectionKey<Parley> = Symbol('parley');

/** Vue plugin that provides a client to every component: `app.use(parleyPlugin, parley)`. */
export const parleyPlugin = {
  install(app: Pick<App, 'provide'>, parley: Parley): void {
    app.provide(key, parley);
  },
};

/** Provides a client to the components below this one. Must be called in `setup`. */
export function provideParley(parley: Parley): void {
  provide(key, parley);
}

/**
 * Returns the provided client.
 *
 * @throws Error if no client is provided
 */
export function useParley(): Parley {
  const parley = inject(key, undefined);
  if (!parley) throw new Error('No client is provided. Call app.use(parleyPlugin, parley) or provideParley(parley)');
  return parley;
}

/** Returns the views of the provided client. */
export function useViews(): Views {
  return viewsOf(useParley());
}
