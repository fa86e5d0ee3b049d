import { fileURLToPath } from 'node:url';

/**
 * The folder for results. The path is correct from the source and from the bundle in
 * `packages/stack/dist`, because both have the same depth.
 */
export const resultsFolder = fileURLToPath(new URL('../../../test/bench/results', import.meta.url));
