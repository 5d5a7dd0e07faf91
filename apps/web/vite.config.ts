import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The api this page talks to while `vite dev` serves it; the product serves both from one port. */
const api = process.env.EVENHAND_API ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: __dirname,
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Small pictures would become data: addresses, which the mail frame's rules are not about.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/graphql': { target: api, ws: true },
      '/attachments': api,
      '/connect': api,
      '/simulator': api,
    },
  },
});
