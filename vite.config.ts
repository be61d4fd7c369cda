import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const worker = `http://127.0.0.1:${process.env.PARLEY_PORT ?? 8787}`

export default defineConfig({
  root: 'web',
  plugins: [react(), tailwind()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2024',
    // Every browser that runs the target has modulepreload.
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 600,
    // Every first view needs all that the entry imports: one chunk of it packs 3 % better than those that it would be cut into.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } } },
  },
  server: {
    // The page checks its origin against the worker's, so both are seen under one.
    proxy: { '/api': { target: worker, ws: true }, '/problems': worker },
  },
})
