/** The command line of the benchmark. */
import { parseArgs } from 'node:util'

export interface Options {
  /** In upper case; none: all figures. */
  readonly figures: readonly string[]
  readonly rounds: number
  readonly seconds: number
  readonly orders: number
  /** Where to keep the results; null: nowhere. */
  readonly jsonFile: string | null
  /** Print a table for the document instead of a line a number. */
  readonly markdown: boolean
  /** Results kept before, to print again; null: measure. */
  readonly from: string | null
}

/** What the long-lived figures are about; a run with fewer orders is for trying them out. */
export const FULL_ORDERS = 1_000_000

export const USAGE = `npm run bench -- [FIGURE...] [options]

Measures the figures of docs/performance.md (all, or those named) and judges them.
Exit code 1 when one that must be reached was missed, 2 for wrong arguments.

  --list           name the figures and end
  --rounds N       how often each comparison is repeated (default 5)
  --seconds S      how long one load lasts (default 5)
  --orders N       orders of the long-lived shop of F3 and F4, a fifth of the events of G1; U4 plays
                   5.76 changes for each (default 1000000; fewer is not judged)
  --json FILE      keep machine, numbers and samples in FILE
  --markdown       print the table of docs/performance.md
  --from FILE      measure nothing, print what --json kept
  --help           print this

  npm run bench -- P1 P4 --rounds 3
  npm run bench -- --markdown --from figures.json
  RESERVATION_MINUTES=15 npm run bench -- P1 P13    orders that are not paid end (default: never)
`

export type Parsed =
  | { readonly mode: 'measure'; readonly options: Options }
  | { readonly mode: 'help' | 'list' }
  | { readonly mode: 'wrong'; readonly reason: string }

/** Reads the arguments (without node and script); `known` are the ids of all figures. */
export function parseOptions(args: readonly string[], known: readonly string[]): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        json: { type: 'string' },
        from: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '5' },
        orders: { type: 'string', default: String(FULL_ORDERS) },
      },
    })
    if (values.help) return { mode: 'help' }
    if (values.list) return { mode: 'list' }
    const figures = positionals.map((id) => id.toUpperCase())
    const unknown = figures.filter((id) => !known.includes(id))
    if (unknown.length > 0) return wrong(`there is no figure ${unknown.join(', ')}; there are ${known.join(', ')}`)
    return {
      mode: 'measure',
      options: {
        figures,
        rounds: wholeNumber('--rounds', values.rounds),
        seconds: wholeNumber('--seconds', values.seconds),
        orders: wholeNumber('--orders', values.orders),
        jsonFile: values.json ?? null,
        markdown: values.markdown,
        from: values.from ?? null,
      },
    }
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
}

function wrong(reason: string): Parsed {
  return { mode: 'wrong', reason }
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option} takes a whole number from 1, not "${text}"`)
  return Number(text)
}
