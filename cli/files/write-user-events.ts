/** A file of made-up user events, in the order in which they arrive. */
import { catalogue } from '../../simulation/catalogue.ts'
import { fromFor, generateVisits, type VisitPlan } from '../../simulation/visits/generate-visits.ts'
import type { CommandContext } from '../command-context.ts'
import { table } from '../output/output.ts'
import { lineFile } from './line-file.ts'

export interface UserEventOptions {
  readonly count: number
  readonly seed: number
  readonly perDay: number
  /** Milliseconds; absent: so that the file ends now. */
  readonly from?: number
  readonly output: string
}

/** Writes user events as POST /user-events takes them. Rejects with a StartFailure where the file cannot be written. */
export async function writeUserEvents({ output }: CommandContext, options: UserEventOptions): Promise<void> {
  const { count, seed, perDay, output: file } = options
  const skus = catalogue('EUR').map(({ sku }) => sku)
  const now = Date.now()
  const plan: VisitPlan = { seed, count, perDay, from: options.from ?? fromFor({ count, perDay }, now), skus }
  // Where it is to end now, it is known only once it is made when it ends.
  const shift = options.from === undefined ? now - endOf(plan) : 0
  const progress = output.progress('generate', count)
  try {
    const written = lineFile(file)
    for (const line of eventLines(plan, shift)) {
      await written.write(line)
      progress.advance(1)
    }
    await written.end()
  } finally {
    progress.stop()
  }
  output.result({ file, events: count, seed }, () =>
    table(
      ['generate events', file],
      [
        ['events', count],
        ['seed', seed],
      ],
    ),
  )
}

function endOf(plan: VisitPlan): number {
  let end = plan.from
  for (const { at } of generateVisits(plan)) end = at
  return end
}

function* eventLines(plan: VisitPlan, shift: number): Generator<string, void, undefined> {
  for (const { event } of generateVisits(plan)) {
    yield JSON.stringify({ ...event, at: new Date(event.at + shift).toISOString() })
  }
}
