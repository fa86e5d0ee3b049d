import { fileURLToPath } from 'node:url';

/**
 * The root folder of the repository. The path is correct from `src/` and from the bundle in
 * `dist/`, which have the same depth.
 */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
