import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue()],
  // Serves the page and the api from one origin, so that the session cookie works.
  server: { proxy: { '/v1': { target: process.env.PARLEY_API ?? 'http://127.0.0.1:8080' } } },
});
