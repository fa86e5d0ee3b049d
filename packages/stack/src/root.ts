import { fileURLToPath } from 'node:url';

/** The folder of the repository; right both from `src/` and from the bundle in `dist/`, which lie equally deep. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
