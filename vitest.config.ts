import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those need real servers: `npm run test:services`.
    exclude: ['test/services/**'],
    globalSetup: ['test/support/setup.ts'],
    // Files share a worker's modules, and with them its one Postgres; no test keeps state in a module.
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
