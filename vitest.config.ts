import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'simulator/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 4,
    // Also on a busy machine; the default of 1 s is for one that has nothing else to do.
    expect: { poll: { timeout: 15_000 } },
    // Real processes, databases and browsers on a shared machine: in CI one stumble is told ("retry x1"), two are a failure.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
