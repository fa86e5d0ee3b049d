import type { Framework } from './framework.ts';
import { react, strictReact } from './react.ts';
import { vue } from './vue.ts';

/** The frameworks with a package of parts, with their names in test titles. */
export const frameworks: [string, Framework][] = [
  ['Vue', vue],
  ['React', react],
  ['React in strict mode', strictReact],
];
