import type { Parley } from '@parley/client';
import * as parts from '@parley/react';
import { createElement, type ReactElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { create } from 'react-test-renderer';
import type { Framework, Mounted, Parts } from './framework.ts';

// Permits the use of this renderer, which React has deprecated outside of React Native.
Object.assign(globalThis, { IS_REACT_NATIVE_TEST_ENVIRONMENT: true });

const hooks: { [Name in keyof Parts]: (argument: Parts[Name][0]) => Parts[Name][1] } = parts;

/** React with a renderer that needs no DOM, like that of React Native. */
export const react: Framework = {
  mount: (parley, name, argument) => mount(parley, name, argument, (element) => element),
  renderOnServer: async (parley, name, argument) =>
    renderToString(
      provide(
        parley,
        createElement(() => JSON.stringify(hooks[name](argument))),
      ),
    ),
};

/** React in strict mode, which mounts, unmounts and mounts each component again. */
export const strictReact: Framework = {
  ...react,
  mount: (parley, name, argument) =>
    mount(parley, name, argument, (element) => createElement(StrictMode, null, element)),
};

function mount<Name extends keyof Parts>(
  parley: Parley,
  name: Name,
  initial: Parts[Name][0],
  wrap: (element: ReactElement) => ReactElement,
): Mounted<Name> {
  const renders: Parts[Name][1][] = [];
  const Component = ({ argument }: { argument: Parts[Name][0] }) => {
    renders.push(hooks[name](argument));
    return null;
  };
  const element = (argument: Parts[Name][0]) => wrap(provide(parley, createElement(Component, { argument })));
  const renderer = create(element(initial));
  return {
    renders,
    get value() {
      return renders.at(-1) as Parts[Name][1];
    },
    change: (argument) => renderer.update(element(argument)),
    unmount: () => renderer.unmount(),
  };
}

function provide(client: Parley, element: ReactElement): ReactElement {
  return createElement(parts.ParleyProvider, { client }, element);
}
