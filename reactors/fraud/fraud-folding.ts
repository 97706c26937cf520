/** What the reactor `fraud` knows, as it is folded: the scorer, with the histories of customers fetched as they are asked for. */
import type pg from 'pg'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { History } from '../../insights/fraud/history.ts'
import { isScored, LogScorer, SCORED_TYPES, tableOf, UnreadableTable } from '../../insights/fraud/log-scorer.ts'
import { factOf, type PaymentFact } from '../../insights/fraud/payment-facts.ts'
import { countedOf, isRecent } from '../../insights/fraud/scorer.ts'
import { readerName } from '../serving/reactor-table.ts'
import { AT_ONCE, type Folding, type Meaning, type Placed, type ReadEvent } from '../reactor.ts'
import type { ScoringProgress } from './scoring-progress.ts'
import { emptyFraudTables, readFraudState, readHistories, writeFraudState, type RecentRow } from './fraud-tables.ts'

/** Histories that are kept in memory between two writes. */
const MOST_KEPT = 50_000

export async function openFraudFolding(
  pool: Pool,
  checkpoint: Position,
  scoring: ScoringProgress | null,
): Promise<Folding> {
  // What stands there at the first event is of no log, or of another one.
  if (checkpoint === 0) await emptyFraudTables(pool, readerName('fraud'))
  const { now, set, recent, alerted } = await readFraudState(pool)
  await scoring?.begin(checkpoint)
  const histories = new FetchedHistories(pool)
  try {
    const table = set === null ? null : tableOf(set)
    return new FraudFolding(histories, new LogScorer(histories, { now, table, recent, alerted }), scoring)
  } catch (error) {
    if (error instanceof UnreadableTable) return stopped(error)
    throw error
  }
}

/** A newer release has put a table in force that this one does not know: it stops at the next event. */
function stopped(error: UnreadableTable): Folding {
  return {
    prepare: () => Promise.resolve(),
    meaning() {
      throw error
    },
    write: () => Promise.resolve(),
  }
}

class FraudFolding implements Folding {
  readonly #histories: FetchedHistories
  readonly #scorer: LogScorer
  readonly #scoring: ScoringProgress | null
  #recent: RecentRow[] = []
  /** Whether each of these attempts has raised an alert and has no outcome. */
  #alerted = new Map<string, Pick<PaymentFact, 'orderId' | 'attempt'> & { readonly open: boolean }>()
  /** Null: it is the one that was written. */
  #set: { readonly table: string; readonly content: string } | null = null

  constructor(histories: FetchedHistories, scorer: LogScorer, scoring: ScoringProgress | null) {
    this.#histories = histories
    this.#scorer = scorer
    this.#scoring = scoring
  }

  async prepare(events: readonly ReadEvent[]): Promise<void> {
    const customers = events.flatMap(({ type, read }) =>
      'code' in read || !SCORED_TYPES.some((one) => one === type)
        ? []
        : read.flatMap((event) => ('customerId' in event && event.customerId !== null ? [event.customerId] : [])),
    )
    await this.#histories.fetch(new Set(customers))
  }

  meaning(event: DomainEvent, { position, id, recordedAt }: Placed): Meaning {
    if (!isScored(event)) return null
    const alert = this.#scorer.see(event, { id, recordedAt })
    if (event.type === 'FraudTableSet') {
      this.#set = { table: event.table, content: event.content }
      return null
    }
    const fact = factOf(event, recordedAt)
    const { kind, orderId, attempt } = fact
    const { now } = this.#scorer
    if ((kind === 'requested' || kind === 'declined') && isRecent(fact, now))
      this.#recent.push({ position, ...countedOf(fact, kind, now) })
    if (kind !== 'requested' || alert !== null)
      this.#alerted.set(`${orderId}/${String(attempt)}`, { orderId, attempt, open: this.#scorer.isAlerted(fact) })
    if (alert === null) return null
    this.#scoring?.raising(position)
    return { due: AT_ONCE, detail: { ...alert } }
  }

  reached(position: Position): void {
    this.#scoring?.reached(position)
  }

  async write(client: pg.ClientBase): Promise<void> {
    const alerted = [...this.#alerted.values()]
    const [recent, set] = [this.#recent, this.#set]
    this.#recent = []
    this.#set = null
    this.#alerted = new Map()
    const histories = this.#histories.take()
    await writeFraudState(client, { now: this.#scorer.now, set, recent, alerted, histories })
  }
}

/** Kept where they were fetched or changed; those that are not written yet, until they are. */
class FetchedHistories {
  readonly #pool: Pool
  /** Null: the customer has none. */
  readonly #kept = new Map<string, History | null>()
  #changed = new Map<string, History>()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async fetch(customers: ReadonlySet<string>): Promise<void> {
    if (this.#kept.size > MOST_KEPT && this.#changed.size === 0) this.#kept.clear()
    const missing = [...customers].filter((customer) => !this.#kept.has(customer))
    if (missing.length === 0) return
    const found = await readHistories(this.#pool, missing)
    for (const customer of missing) this.#kept.set(customer, found.get(customer) ?? null)
  }

  get(customerId: string): History | undefined {
    const history = this.#kept.get(customerId)
    if (history === undefined) throw new Error(`the history of customer ${customerId} was not fetched`)
    return history ?? undefined
  }

  set(customerId: string, history: History): void {
    this.#kept.set(customerId, history)
    this.#changed.set(customerId, history)
  }

  /** Those that changed since they were last taken. */
  take(): ReadonlyMap<string, History> {
    const changed = this.#changed
    this.#changed = new Map()
    return changed
  }
}
