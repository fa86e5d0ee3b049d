import { fileURLToPath } from 'node:url';

/**
 * The folder for results. Source and bundle (`packages/stack/dist`) lie equally deep, so this holds
 * for both.
 */
export const resultsFolder = fileURLToPath(new URL('../../../test/bench/results', import.meta.url));
