import type { Output } from '../output/output.ts'
import type { Progress } from '../output/progress.ts'

export interface ProgressFollower {
  /** How far it is now, and how far it will go; null when that is not known. */
  readonly progress: (position: number, total: number | null) => void
  readonly stop: () => void
}

/** Shows the progress of a long read from its first report on: only then is it known how much there is. */
export function followProgress(output: Output, label: string): ProgressFollower {
  let bar: Progress | null = null
  let done = 0
  return {
    progress(position, total) {
      bar ??= output.progress(label, total)
      bar.advance(position - done)
      done = position
    },
    stop: () => bar?.stop(),
  }
}
