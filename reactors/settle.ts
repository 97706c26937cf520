/** Asks for the commands of what is due, and notes what became of them. */
import type { Timestamp } from '../domain/values.ts'
import { StoreFailure, type Executor } from '../store/commit/command.ts'
import { whyOf, type DueRow, type Settlement, type Why } from './due-table.ts'
import type { Reactor } from './reactor.ts'

/** What is too early is asked for again after so long. */
const AGAIN_MS = 1_000

export interface Asking {
  readonly executor: Executor
  /** A new UUID version 7. */
  readonly newId: () => string
}

export interface Asked extends Settlement {
  /** Some commands could not be taken, which passes by itself: their rows stay as they are. */
  readonly unavailable: boolean
}

type Outcome = 'settled' | 'early' | 'unavailable' | Why

/** All at once: the group commit makes one batch of them. */
export async function askAll(
  reactor: Reactor,
  rows: readonly DueRow[],
  { at, ...asking }: Asking & { readonly at: Timestamp },
): Promise<Asked> {
  const outcomes = await Promise.all(
    rows.map(async (row) => ({ row, outcome: await ask(reactor, row, { at, ...asking }) })),
  )
  const of = (wanted: Outcome) => outcomes.filter(({ outcome }) => outcome === wanted).map(({ row }) => row)
  return {
    settled: of('settled'),
    early: of('early'),
    again: at + AGAIN_MS,
    parked: outcomes.flatMap(({ row, outcome }) => (typeof outcome === 'string' ? [] : [{ ...row, failure: outcome }])),
    unavailable: of('unavailable').length > 0,
  }
}

async function ask(
  reactor: Reactor,
  row: DueRow,
  { executor, newId, at }: Asking & { readonly at: Timestamp },
): Promise<Outcome> {
  const commandId = newId()
  try {
    const execution = await executor.execute({
      decide: reactor.command(row, at),
      answer: () => null,
      key: null,
      commandId,
      correlationId: commandId,
      causationId: row.cause,
    })
    return execution.outcome === 'refused' && reactor.isTooEarly(execution.refusal) ? 'early' : 'settled'
  } catch (error) {
    return error instanceof StoreFailure ? 'unavailable' : whyOf(error)
  }
}
