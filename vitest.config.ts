import { defineConfig } from 'vitest/config'
import { filesLeftOut } from './test/support/left-out.ts'
import { SlowFirst } from './test/support/slow-first.ts'

// `unit` specs stand beside the code and need nothing; `services` tests need Postgres and whole processes.
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    coverage: {
      provider: 'v8',
      include: ['{domain,commands,schemas,simulation}/**/*.ts', 'contract/{check,compatibility,diff}/**/*.ts'],
      // A pattern matches anywhere in a path.
      exclude: ['cli/**', '**/*.spec.ts', '**/test-kit.ts'],
      reportOnFailure: true,
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        test: {
          name: 'unit',
          // Nothing is timed: a busy machine must not fail a property.
          testTimeout: 240_000,
          sequence: { groupOrder: 1 },
          include: ['*/**/*.spec.{ts,tsx}'],
          exclude: ['{node_modules,dist}/**'],
          // A process of its own for each file costs more than its tests.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'services',
          sequence: { groupOrder: 2 },
          include: ['test/**/*.test.ts'],
          exclude: [...filesLeftOut()],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          isolate: false,
          maxWorkers: 2,
          // Brokers, browsers and databases stall on a busy machine. The output says which test needed its second try, and why.
          retry: 1,
        },
      },
    ],
  },
})
