import * as parts from '@parley/vue';
import {
  type App,
  createRenderer,
  createSSRApp,
  defineComponent,
  isRef,
  type MaybeRef,
  type Ref,
  type RendererOptions,
  shallowRef,
  unref,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import type { Framework, Parts } from './framework.ts';

/** Return value of a part in Vue: a ref, or an object of refs and functions. */
type Refs<T> = Readonly<Ref<T>> | { [Key in keyof T]: MaybeRef<T[Key]> };
const composables: { [Name in keyof Parts]: (argument: () => Parts[Name][0]) => Refs<Parts[Name][1]> } = parts;

/** Vue with a renderer that needs no DOM. */
export const vue: Framework = {
  mount(parley, name, initial) {
    const argument = shallowRef(initial);
    const renders: Parts[typeof name][1][] = [];
    const component = defineComponent(() => {
      const refs = composables[name](() => argument.value);
      return () => void renders.push(plain(refs));
    });
    const app = createApp(component).use(parts.parleyPlugin, parley) as App;
    app.mount({});
    return {
      renders,
      get value() {
        return renders.at(-1) as Parts[typeof name][1];
      },
      change: (next) => {
        argument.value = next;
      },
      unmount: () => app.unmount(),
    };
  },
  async renderOnServer(parley, name, argument) {
    const component = defineComponent(() => {
      const refs = composables[name](() => argument);
      return () => JSON.stringify(plain(refs));
    });
    return renderToString(createSSRApp(component).use(parts.parleyPlugin, parley));
  },
};

/** Returns the current value of a part, with all refs replaced by their values. */
function plain<T>(refs: Refs<T>): T {
  if (isRef(refs)) return refs.value;
  return Object.fromEntries(Object.entries(refs).map(([key, value]) => [key, unref(value)])) as T;
}

const none = () => null;

/** Renderer functions that create no real nodes. */
const nodes: RendererOptions<object, object> = {
  createElement: () => ({}),
  createText: () => ({}),
  createComment: () => ({}),
  setText: none,
  setElementText: none,
  insert: none,
  remove: none,
  patchProp: none,
  parentNode: none,
  nextSibling: none,
};

const { createApp } = createRenderer(nodes);
