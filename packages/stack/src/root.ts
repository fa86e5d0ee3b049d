import { fileURLToPath } from 'node:url';

/**
 * Root folder of the repository. Correct from `src/` and from the bundle in `dist/`, which have the
 * same depth.
 */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
