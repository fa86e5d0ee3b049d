import { fileURLToPath } from 'node:url';

/**
 * Root folder of the repository. The relative path is valid in `src/` and in the bundle in `dist/`,
 * because both folders have the same depth.
 */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
