/** The order of files: the slow ones first, so that none of them runs alone at the end; then the large ones. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** As the end of `npm test` lists them. */
const SLOW: readonly string[] = [
  'test/faults/kafka-faults.test.ts',
  'test/faults/inbound-crashes.test.ts',
  'test/kafka/order-group.test.ts',
  'test/kafka/lag.test.ts',
  'test/kafka/cluster.test.ts',
  'test/kafka/kafka-client.test.ts',
  'test/kafka/silent-brokers.test.ts',
  'test/kafka/kafka-projector.test.ts',
  'test/faults/service-under-crashes.test.ts',
  'test/contract/schema-course.test.ts',
  'test/faults/hand-over.test.ts',
  'test/kafka/relay-faults.test.ts',
  'test/cli/consume-group.test.ts',
  'test/cli/lag-monitor.test.ts',
  'test/cli/import.test.ts',
  'test/app/embedded-postgres.test.ts',
  'test/projections/next-release.test.ts',
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
