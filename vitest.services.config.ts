import { execFileSync } from 'node:child_process'
import { defineConfig } from 'vitest/config'

// The servers the environment names, or else those `scripts/services start` has started.
const { env } = process
if (!env.TEST_POSTGRES_URL || !env.TEST_REDIS_URL || !env.TEST_S3_URL) {
  const started = execFileSync('scripts/services', ['status'], { encoding: 'utf8' })
  ;[env.TEST_POSTGRES_URL, env.TEST_REDIS_URL, env.TEST_S3_URL] = started.trim().split('\n')
}

export default defineConfig({
  test: {
    include: [
      'test/api/**/*.test.ts',
      'test/contract/{store,queue,blobs,vectors,documents,memory-isolation}.test.ts',
      'test/services/**/*.test.ts',
    ],
    globalSetup: ['test/support/setup-services.ts'],
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
