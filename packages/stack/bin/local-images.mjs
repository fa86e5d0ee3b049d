// Makes the images of the tests with containers from this machine's files, without a registry:
// `node packages/stack/bin/local-images.mjs`. Prints the settings that select the images.
import { build, buildOne } from './build.mjs';

await build();
await buildOne('test/containers/local/main.ts', 'packages/stack/dist/local-images.js');
await import('../dist/local-images.js');
