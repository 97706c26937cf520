import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { filesLeftOut } from './test/support/left-out.ts'
import { MOSTLY_WAITING, SlowFirst } from './test/support/slow-first.ts'

const leftOut = filesLeftOut()

// `unit` specs stand beside the code and need nothing; `services` and `waiting` tests need Postgres and whole processes.
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
      services('services', { workers: 2, order: 2, files: ['test/**/*.test.ts'], apart: [...MOSTLY_WAITING] }),
      // In a run of its own beside the others (test/run.ts): its files leave the processors to them.
      services('waiting', { workers: 1, order: 3, files: [...MOSTLY_WAITING], apart: [] }),
    ],
  },
})

interface ServiceTests {
  readonly workers: number
  readonly order: number
  readonly files: string[]
  readonly apart: string[]
}

function services(name: string, { workers, order, files, apart }: ServiceTests): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      sequence: { groupOrder: order },
      include: files,
      exclude: [...apart, ...leftOut],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: 240_000,
      hookTimeout: 240_000,
      isolate: false,
      maxWorkers: workers,
      // Brokers, browsers and databases stall on a busy machine. The output says which test needed its second try.
      retry: 1,
    },
  }
}
