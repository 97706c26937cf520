/** The order of files: the slow ones first, so that none of them runs alone at the end; then the large ones. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** As the end of `npm test` lists them. */
const SLOW: readonly string[] = ['test/kafka/cluster.test.ts', 'test/faults/hand-over.test.ts']

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
