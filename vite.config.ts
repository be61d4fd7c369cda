import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { limits } from './protocol/limits.ts'

const sharedWithRooms =
  /\/web\/src\/(room\/(quote|desk|standing|people|deleted-text|handle|offers)|ui\/(popup|avatar|use-media)|people\/(own-state|presence-dot|presence-words|use-presence)|search\/asked|times|clock)\.tsx?$/

const worker = `http://127.0.0.1:${process.env.PARLEY_PORT ?? 8787}`

export default defineConfig({
  root: 'web',
  plugins: [react(), tailwind(), protocolOfPage(), vision()],
  // React has long had what this stands in for where it is missing.
  resolve: { alias: { 'use-sync-external-store/shim/index.js': 'react' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2024',
    // Every browser that runs the target has modulepreload.
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 600,
    // Every first view needs all that the entry imports: one chunk of it packs 3 % better than those that it would be cut into.
    // Every room needs a few parts that later chunks share with it: they pack together, too.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'page', tags: ['$initial'] },
            { name: 'shared', test: sharedWithRooms },
          ],
        },
      },
    },
  },
  server: {
    headers: headersForDevelopment(),
    // The page checks its origin against the worker's, so both are seen under one.
    proxy: { '/api': { target: worker, ws: true }, '/problems': worker },
  },
})

/** The headers of the built page, with as much loosened as hot reload needs: it injects scripts and styles, and has a socket. */
function headersForDevelopment(): Record<string, string> {
  const [first = ''] = readFileSync(join(import.meta.dirname, 'web/public/_headers'), 'utf8').split(/^\/assets/m)
  const lines = [...first.matchAll(/^ {2}([\w-]+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  const headers = Object.fromEntries(lines.filter(([name]) => !/^(Cache-Control|Strict-Transport)/.test(name)))
  const policy = headers['Content-Security-Policy'] ?? ''
  return {
    ...headers,
    'Content-Security-Policy': policy
      .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
      .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
      // LiveKit, too, wherever it is.
      .replace("connect-src 'self'", "connect-src 'self' ws: wss: http: https:")
      .replace("; require-trusted-types-for 'script'", ''),
  }
}

/**
 * What background blur segments pictures with, under names that MediaPipe looks for: its script and its WebAssembly, of the version
 * that the library was made for, and the model. In a folder that is named after the version, since names do not change with it.
 */
function vision(): Plugin {
  const library = createRequire(import.meta.url).resolve('@livekit/track-processors')
  const mediapipe = join(createRequire(library).resolve('@mediapipe/tasks-vision'), '..')
  const { version } = JSON.parse(readFileSync(join(mediapipe, 'package.json'), 'utf8')) as { version: string }
  const folder = `assets/vision-${version}`
  const files = [
    join(mediapipe, 'wasm/vision_wasm_internal.js'),
    join(mediapipe, 'wasm/vision_wasm_internal.wasm'),
    join(import.meta.dirname, 'web/models/selfie_segmenter.tflite'),
  ]
  return {
    name: 'vision',
    config: () => ({ define: { visionFolder: JSON.stringify(`/${folder}`) } }),
    generateBundle() {
      for (const file of files) {
        this.emitFile({ type: 'asset', fileName: `${folder}/${basename(file)}`, source: readFileSync(file) })
      }
    },
    configureServer(server) {
      const types: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' }
      for (const file of files) {
        server.middlewares.use(`/${folder}/${basename(file)}`, (_request, response) => {
          const type = types[file.split('.').at(-1)!] ?? 'application/octet-stream'
          response.setHeader('content-type', type).end(readFileSync(file))
        })
      }
    },
  }
}

/** What the page needs of the protocol, without what only the server and its readers do. */
function protocolOfPage(): Plugin[] {
  const numbers: Record<string, unknown> = limits
  return [
    {
      // A limit is written where it is used: as one object they would all come first.
      name: 'limits-in-place',
      apply: 'build',
      transform: {
        filter: { code: 'import { limits } from' },
        handler: (code) =>
          code.replace(/(?<![\w.$])limits\.(\w+)/g, (found, name: string) =>
            typeof numbers[name] === 'number' ? String(numbers[name]) : found,
          ),
      },
    },
    {
      // The words of an endpoint are for the reference, who may ask for it and how often is the server's to say.
      name: 'endpoints-without-words',
      apply: 'build',
      transform: {
        filter: { id: /\/protocol\/endpoints\/[\w-]+\.ts$/ },
        handler: (code) => code.replace(/^\s*(summary|notes|pace|access|problems): *("[^"]*"|\w+|\[[^\]]*\]),\n/gm, ''),
      },
    },
  ]
}
