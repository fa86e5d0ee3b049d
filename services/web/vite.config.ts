import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** The address of a running api, for `npm run dev`. */
const api = process.env.PARLEY_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700, reportCompressedSize: false },
  server: { host: '127.0.0.1', proxy: { '/v1': { target: api } } },
});
