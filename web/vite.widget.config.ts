import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The widget: one file under a name that stays, beside the dashboard. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: process.env['BALLROOM_WEB_OUT'] ?? 'dist',
    emptyOutDir: false,
    lib: { entry: fileURLToPath(new URL('./widget/index.ts', import.meta.url)), name: 'BallroomWidget', formats: ['iife'], fileName: () => 'widget.js' },
  },
})
