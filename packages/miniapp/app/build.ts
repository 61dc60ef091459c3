// Builds the mini app into dist/: one page, one script, one style sheet, the English words and the Zalo
// SDK as parts of their own that are fetched only where they are needed. Run by bin/setup.

import { build } from 'vite';

await build({
  configFile: false,
  root: import.meta.dirname,
  // Zalo serves the app below /zapps/<id>/, the sandbox wherever it likes.
  base: './',
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The web views of phones that get no more updates.
    target: 'es2020',
    cssTarget: 'chrome87',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The SDK is large and nobody reads it here.
    chunkSizeWarningLimit: 1000,
  },
});
