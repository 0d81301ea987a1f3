// The build: one small bundle for the board; what few readers need (forms, wide tables) comes in parts of its own.

import { defineConfig } from 'vite'

/** The platform that the development server asks. */
const platform = process.env.MINGJING_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  esbuild: { jsx: 'automatic' },
  build: {
    target: 'es2022',
    // The page's content security policy allows no script and no style inside the page; images may be.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      // The console, and the public's page, which knows nothing of it.
      input: ['index.html', 'portal.html'],
      // Libraries mark modules for servers that render; there is none here.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
      },
    },
  },
  server: { proxy: { '/api': platform, '/v1': platform } },
})
