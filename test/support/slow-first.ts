/** The order of files: the slow ones first, so that none of them runs alone at the end; then the large ones. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Long files that leave more than half of two processors unused: they wait for sessions, pings, pages and times. */
export const MOSTLY_WAITING: readonly string[] = [
  'test/cli/consume-group.test.ts',
  'test/faults/live-proxies.test.ts',
  'test/behaviour/faults.test.ts',
  'test/api/held-payments.test.ts',
  'test/kafka/kafka-projector.test.ts',
  'test/kafka/kafka-feed.test.ts',
  'test/kafka/order-group.test.ts',
  'test/kafka/lag.test.ts',
  'test/dashboard/dashboard-pages.test.ts',
  'test/dashboard/dashboard-live.test.ts',
  'test/api/live-wire.test.ts',
  'test/app/any-postgres.test.ts',
  'test/cli/consume.test.ts',
  'test/app/ready-means-ready.test.ts',
  'test/api/live-nginx.test.ts',
  'test/contract/registry-faults.test.ts',
  'test/faults/live-law.test.ts',
  'test/insights/held-faults.test.ts',
]

/** Of the others, as the end of `npm test` lists them. */
const SLOW: readonly string[] = [
  'test/faults/kafka-faults.test.ts',
  'test/reactors/crashes.test.ts',
  'test/faults/service-under-crashes.test.ts',
  'test/contract/schema-course.test.ts',
  'test/kafka/cluster.test.ts',
  'test/kafka/relay-faults.test.ts',
  'test/cli/import.test.ts',
  'test/insights/recommendations.test.ts',
  'test/reactors/crashes-inside.test.ts',
  'test/faults/hand-over.test.ts',
  'test/faults/inbound-crashes.test.ts',
  'test/insights/held-processes.test.ts',
  'test/projections/replay.test.ts',
]

/** What mostly waits runs apart (vitest.config.ts). */
export const FIRST: readonly string[] = [...MOSTLY_WAITING, ...SLOW]

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = FIRST.indexOf(relative(this.ctx.config.root, moduleId))
      return found < 0 ? FIRST.length : found
    }
    return bySize.toSorted((one, other) => rank(one) - rank(other))
  }
}
