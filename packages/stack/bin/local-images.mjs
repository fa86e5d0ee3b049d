// Builds the container images that tests need from files of this machine, without a registry: `node
// packages/stack/bin/local-images.mjs`. Prints the environment variables that select the images.
import { build, buildOne } from './build.mjs';

await build();
await buildOne('test/containers/local/main.ts', 'packages/stack/dist/local-images.js');
await import('../dist/local-images.js');
