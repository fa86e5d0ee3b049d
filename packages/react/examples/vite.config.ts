import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Serves the page and the api from one origin, so that the session cookie works.
  server: { proxy: { '/v1': { target: process.env.PARLEY_API ?? 'http://127.0.0.1:8080' } } },
});
