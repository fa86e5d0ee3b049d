import { fileURLToPath } from 'node:url';

/**
 * The folder for results. This relative path is correct both for the source and for the bundle in
 * `packages/stack/dist`, because both are equally deep.
 */
export const resultsFolder = fileURLToPath(new URL('../../../test/bench/results', import.meta.url));
