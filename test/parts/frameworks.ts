import type { Framework } from './framework.ts';
import { react, strictReact } from './react.ts';
import { vue } from './vue.ts';

/** Name of each framework for test titles, and the framework. */
export const frameworks: [string, Framework][] = [
  ['Vue', vue],
  ['React', react],
  ['React in strict mode', strictReact],
];
