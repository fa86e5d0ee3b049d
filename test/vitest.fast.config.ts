import { defineConfig } from 'vitest/config';
import { fastTests } from './fast-tests.ts';
import config from './vitest.config.ts';

const { projects: _, ...test } = config.test ?? {};

/** Runs only the tests beside the sources that start no server. */
export default defineConfig({
  ...config,
  test: { ...test, globalSetup: [], include: fastTests(), isolate: false },
});
