// `npm start`: bundles the services and the web client, then runs src/start.ts.
import { argv, env, exit } from 'node:process';
import { build } from './build.mjs';
import { buildWeb } from './build-web.mjs';

process.setSourceMapsEnabled(true);
// Excludes the local servers from proxies. With NODE_USE_ENV_PROXY, Node.js would otherwise send
// requests to them through a proxy.
env.no_proxy = [env.no_proxy ?? env.NO_PROXY, '127.0.0.1', 'localhost', '[::1]'].filter(Boolean).join();
env.NO_PROXY = env.no_proxy;
const report = (line) => process.stdout.write(`${line}\n`);
// Runs the two builds one after the other, because both use esbuild, and the first one stops
// esbuild at its end.
await build(report)
  .then(() => buildWeb(report))
  .catch(() => exit(1));
const { start } = await import('../dist/start.js');
await start(argv.slice(2));
