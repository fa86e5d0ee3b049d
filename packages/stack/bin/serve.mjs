// `npm run serve`: bundles the services and the web client, then runs src/serve.ts.
import { argv, env, exit } from 'node:process';
import { build } from './build.mjs';
import { buildWeb } from './build-web.mjs';

process.setSourceMapsEnabled(true);
// Excludes the local servers from proxies. With NODE_USE_ENV_PROXY, Node.js would otherwise send
// requests to them through a proxy.
env.no_proxy = [env.no_proxy ?? env.NO_PROXY, '127.0.0.1', 'localhost', '[::1]'].filter(Boolean).join();
env.NO_PROXY = env.no_proxy;
// Runs the two builds one after the other, because both use esbuild, and the first one stops
// esbuild at its end.
await build()
  .then(buildWeb)
  .catch(() => exit(1));
const { serve } = await import('../dist/serve.js');
await serve(argv.slice(2));
