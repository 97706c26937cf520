/** A file of made-up user events, in the order in which they arrive. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { StartFailure } from '../../app/start-failure.ts'
import { catalogue } from '../../simulation/catalogue.ts'
import { fromFor, generateVisits, type VisitPlan } from '../../simulation/visits/generate-visits.ts'
import type { CommandContext } from '../command-context.ts'
import { table } from '../output/output.ts'

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
    await writeLines(file, eventLines(plan, shift), (lines) => progress.advance(lines))
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

const LINES_AT_ONCE = 1_000

/** Rejects with a StartFailure where the file cannot be written. */
async function writeLines(file: string, lines: Iterable<string>, wrote: (lines: number) => void): Promise<void> {
  const stream = createWriteStream(file)
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject))
  failed.catch(() => undefined)
  try {
    let block: string[] = []
    const flush = async (): Promise<void> => {
      if (block.length === 0) return
      if (!stream.write(`${block.join('\n')}\n`)) await Promise.race([once(stream, 'drain'), failed])
      wrote(block.length)
      block = []
    }
    for (const line of lines) {
      block.push(line)
      if (block.length === LINES_AT_ONCE) await flush()
    }
    await flush()
    stream.end()
    await Promise.race([finished(stream), failed])
  } catch (error) {
    throw new StartFailure(
      {
        code: 'file-not-written',
        exitCode: 1,
        what: error instanceof Error ? error.message : String(error),
        tried: `to write ${file}`,
        next: 'name a file that can be written with -o',
      },
      { cause: error },
    )
  }
}
