import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'esbuild';
import { defineConfig, loadEnv, type Plugin } from 'vite';
import { sourceAliases as clientAliases } from '../../packages/client/bin/entries.mjs';
import { sourceAliases as vueAliases } from '../../packages/vue/bin/entries.mjs';

/** Root URL of a running api to which `npm run dev` forwards requests. */
const { PARLEY_API: api = 'http://127.0.0.1:8080' } = loadEnv('', '.', 'PARLEY_');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [vue(), worker()],
  resolve: { alias: { ...clientAliases, ...vueAliases } },
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
    // Limits Rollup to 64 open files, because some systems allow a process only 256 and Rollup
    // would open 1000.
    rollupOptions: { maxParallelFileOps: 64 },
  },
  server: { host: '127.0.0.1', proxy: { '/v1': { target: api } } },
});

/** Size in bytes from which the service worker does not cache a script or style. */
const MAX_CACHED_BYTES = 400_000;

/**
 * Adds `/sw.js` to the build: the service worker that caches the page's files. It contains the
 * names of these files, so it changes with each build.
 */
function worker(): Plugin {
  return {
    name: 'parley-worker',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const icons = readdirSync(here('public')).filter((name) => /^icon|webmanifest$/.test(name));
      const parts = Object.values(bundle).filter((part) => {
        const bytes = part.type === 'chunk' ? part.code : part.source;
        return /\.(js|css)$/.test(part.fileName) && bytes.length < MAX_CACHED_BYTES;
      });
      const files = [
        '/index.html',
        ...icons.map((name) => `/${name}`),
        ...parts.map(({ fileName }) => `/${fileName}`),
      ].sort();
      const index = readFileSync(here('index.html'));
      const name = createHash('sha256').update(files.join()).update(index).digest('hex').slice(0, 12);
      const { outputFiles } = await build({
        entryPoints: [here('src/offline/worker/worker.ts')],
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2022',
        write: false,
        define: { __FILES__: JSON.stringify(files), __BUILD__: JSON.stringify(name) },
      });
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: outputFiles[0]?.text ?? '' });
    },
  };
}
