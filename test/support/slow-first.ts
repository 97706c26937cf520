/** The order of files: the slow ones first, so that none of them runs alone at the end; then the large ones. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest, in turns one that keeps the processors busy and one that mostly waits: two workers run them side by side. */
export const SLOW: readonly string[] = [
  'test/faults/kafka-faults.test.ts',
  'test/cli/consume-group.test.ts',
  'test/reactors/crashes.test.ts',
  'test/faults/live-proxies.test.ts',
  'test/faults/service-under-crashes.test.ts',
  'test/behaviour/faults.test.ts',
  'test/contract/schema-course.test.ts',
  'test/api/held-payments.test.ts',
  'test/kafka/cluster.test.ts',
  'test/kafka/kafka-projector.test.ts',
  'test/cli/import.test.ts',
  'test/kafka/order-group.test.ts',
  'test/kafka/relay-faults.test.ts',
  'test/kafka/kafka-feed.test.ts',
  'test/faults/inbound-crashes.test.ts',
  'test/kafka/lag.test.ts',
  'test/insights/recommendations.test.ts',
  'test/dashboard/dashboard-pages.test.ts',
  'test/faults/hand-over.test.ts',
  'test/dashboard/dashboard-live.test.ts',
  'test/reactors/crashes-inside.test.ts',
  'test/api/live-wire.test.ts',
  'test/faults/two-processes.test.ts',
  'test/app/ready-means-ready.test.ts',
  'test/insights/held-processes.test.ts',
  'test/app/any-postgres.test.ts',
]

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = SLOW.indexOf(relative(this.ctx.config.root, moduleId))
      return found < 0 ? SLOW.length : found
    }
    return bySize.toSorted((one, other) => rank(one) - rank(other))
  }
}
