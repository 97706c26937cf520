/**
 * Works on unfinished replays, in one process at a time for each: without a replay, it waits to hear of one.
 *
 * A round does one thing: it compares and ends a replay that is dual-writing, or brings those that stand furthest behind on by a page of
 * the log. Replays at the same position are built in one pass, and those behind join the ones before them. What others do to a replay
 * (pause, cancel, another process taking its lease) is seen in the register, at the latest by the transaction that
 * would have written.
 */
import type { Position } from '../../store/commit/command.ts'
import { readHead } from '../../store/log/append.ts'
import { readLiveGenerations, type LiveGeneration } from '../generations.ts'
import { LatchedSignal, pause } from '../../store/waiting/pause.ts'
import { decodeEvent, foldEvent, type LoggedEvent } from '../live/read-batch.ts'
import { EventNotShown } from '../live/show-batch.ts'
import { compareGenerations } from './compare-generations.ts'
import { dropAbandoned } from './drop-abandoned.ts'
import { startDualWriting, switchOver } from './hand-over.ts'
import { type Rebuild, openRebuild } from './rebuild.ts'
import { PAGE, Pages } from './pages.ts'
import { NotReplayable, replayFailure } from './replay-failure.ts'
import type { ReplayerParts } from './replayer-parts.ts'
import { failReplay, finishReplay, readUnfinishedReplays, recordDifferences, type Replay } from './replays.ts'
import { indexRebuild, ReplayGone, writeRebuild } from './write-rebuild.ts'

/** What is folded is written when it is this many rows, or this old: transactions take about a second. */
const UNWRITTEN = { rows: 50_000, rowsWhenBusy: 5_000, ms: 2_000 } as const
/** Nearer to its target a replay is handed over. */
const NEAR = 1_000
/** Events between two looks: while there are more, most of the time is left to orders. */
const BUSY = 100
/** Without a hint the register is looked at this often, and while a step takes its time. */
const LOOK_MS = { idle: 1_000, working: 500 } as const

export class Replayer {
  readonly #parts: ReplayerParts
  readonly #stopping = new AbortController()
  readonly #rebuilds = new Map<string, Rebuild>()
  readonly #pages: Pages
  #live: ReadonlyMap<string, LiveGeneration> = new Map()
  #head: Position = 0
  /** Orders come in. */
  #busy = false
  readonly #register = new LatchedSignal()
  #looking: Promise<void> = Promise.resolve()
  #running: Promise<void> = Promise.resolve()

  constructor(parts: ReplayerParts) {
    this.#parts = parts
    this.#pages = new Pages(parts.pool)
  }

  start(): void {
    this.#running = Promise.all([this.#work(), this.#watch()]).then(() => undefined)
  }

  /** Resolves when the step in hand is done and the leases are given up. The replays go on elsewhere, or with the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** A hint that the register has changed. */
  changed(): void {
    this.#register.wake()
  }

  async #work(): Promise<void> {
    const { pool, log } = this.#parts
    while (!this.#stopping.signal.aborted) {
      const { count } = this.#register
      try {
        await dropAbandoned(pool)
        await this.#look()
        while (!this.#stopping.signal.aborted && (await this.#round())) await this.#forgetGone()
      } catch (error) {
        // A database that is away comes back: the replays are where their last transactions left them.
        log.warn({ err: error }, 'a replay was interrupted; retrying')
        await this.#leaveAll()
        this.#pages.forget()
      }
      await this.#register.wait(LOOK_MS.idle, { count, signal: this.#stopping.signal })
    }
    await this.#leaveAll()
  }

  /** Sees what others do to our replays while a step takes its time. */
  async #watch(): Promise<void> {
    while (await pause(LOOK_MS.working, this.#stopping.signal)) {
      if (this.#rebuilds.size === 0) continue
      await this.#look().catch(() => undefined) // the step in hand meets the same error
    }
  }

  /** One look after the other: two at once would adopt a replay twice. */
  #look(): Promise<void> {
    const look = this.#looking.then(() => this.#lookOnce())
    this.#looking = look.catch(() => undefined)
    return look
  }

  async #lookOnce(): Promise<void> {
    const { pool, projections, owner, log, monotonic } = this.#parts
    this.#live = await readLiveGenerations(pool)
    const head = await readHead(pool)
    this.#busy = head - this.#head >= BUSY
    this.#head = head
    const unfinished = new Map((await readUnfinishedReplays(pool)).map((replay) => [replay.replayId, replay]))
    for (const [id, rebuild] of this.#rebuilds) {
      const replay = unfinished.get(id)
      if (replay === undefined || rebuild.tenure.lost.aborted) rebuild.gone = true
      else rebuild.replay = { ...replay, target: this.#target(replay) }
    }
    for (const replay of unfinished.values()) {
      const projection = projections.find(
        ({ name, version }) => name === replay.projection && version === replay.version,
      )
      if (projection === undefined || this.#rebuilds.has(replay.replayId)) continue
      const target = this.#target(replay)
      const rebuild = await openRebuild({ pool, owner, replay: { ...replay, target }, projection, monotonic })
      if (rebuild === null) continue
      this.#rebuilds.set(replay.replayId, rebuild)
      const { replayId, projection: name } = replay
      log.info({ projection: name, replayId, position: rebuild.position }, 'working on a replay')
    }
  }

  /** Where the live rows stand: there they can be compared. Rows of another version cannot, and the log is all there is. */
  #target({ projection, version }: Replay): Position {
    const live = this.#live.get(projection)
    return live?.version === version ? live.position : this.#head
  }

  /** One step for one replay, or a page for several. False: there is nothing to do at present. */
  async #round(): Promise<boolean> {
    const rebuilds = [...this.#rebuilds.values()].filter(({ gone }) => !gone)
    const comparing = rebuilds.find(({ replay }) => replay.state === 'comparing')
    if (comparing !== undefined) return this.#step(comparing, () => this.#compare(comparing))
    const running = rebuilds.filter(({ replay }) => replay.state === 'running')
    const near = running.find(({ replay, position }) => !replay.ahead && replay.target - position < NEAR)
    if (near !== undefined) return this.#step(near, () => this.#handOver(near))
    const behind = running.filter(({ replay, position }) => replay.target > position)
    if (behind.length > 0) return this.#readOn(behind)
    const unwritten = rebuilds.find(({ folded, writing }) => folded !== null || writing !== null)
    return unwritten !== undefined && this.#step(unwritten, () => this.#write(unwritten))
  }

  /** What goes wrong with one replay ends that one; what may be the database's fault is thrown. */
  async #step(rebuild: Rebuild, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
    } catch (error) {
      if (error instanceof ReplayGone) rebuild.gone = true
      else await this.#failed(rebuild, error)
    }
    return true
  }

  async #failed(rebuild: Rebuild, error: unknown): Promise<void> {
    const failure = replayFailure(error, rebuild.position)
    if (failure === null) throw error
    const { pool, log } = this.#parts
    const { replayId, projection } = rebuild.replay
    rebuild.gone = true
    await failReplay(pool, replayId, failure)
    log.warn({ projection, replayId, failure }, 'a replay failed; the live rows did not change')
  }

  /** A page of the log for those furthest behind. */
  async #readOn(rebuilds: readonly Rebuild[]): Promise<boolean> {
    const after = Math.min(...rebuilds.map(({ position }) => position))
    const group = rebuilds.filter(({ position }) => position === after)
    const others = rebuilds.map(({ position }) => position).filter((position) => position > after)
    const end = Math.min(after + PAGE, ...others, ...group.map(({ replay }) => replay.target))
    const rest = Math.max(...group.map(({ pace, replay }) => pace.rest(replay.rate)))
    if (rest > 0) {
      for (const rebuild of group) await this.#step(rebuild, () => this.#writeIfDue(rebuild))
      return pause(rest, this.#stopping.signal)
    }
    const startedAt = this.#parts.monotonic()
    const events = (await this.#pages.read(after, end)).map(decodeEvent)
    for (const rebuild of group) {
      await this.#step(rebuild, () => this.#fold(rebuild, events))
      rebuild.pace.worked(events.length, rebuild.replay.rate)
    }
    await this.#yield(startedAt)
    return true
  }

  /** While orders come in, two thirds of the time are theirs. */
  async #yield(startedAt: number): Promise<void> {
    if (this.#busy) await pause(2 * (this.#parts.monotonic() - startedAt), this.#stopping.signal)
  }

  async #fold(rebuild: Rebuild, events: readonly LoggedEvent[]): Promise<void> {
    for (const event of events) {
      try {
        foldEvent(rebuild.projection, rebuild.fold, event)
      } catch (error) {
        throw new EventNotShown(event.position, error)
      }
      rebuild.folded = event
    }
    await this.#writeIfDue(rebuild)
  }

  async #writeIfDue(rebuild: Rebuild): Promise<void> {
    const { monotonic } = this.#parts
    const due =
      rebuild.fold.size >= (this.#busy ? UNWRITTEN.rowsWhenBusy : UNWRITTEN.rows) ||
      rebuild.unwrittenFor(monotonic()) >= UNWRITTEN.ms
    if (!due) return
    if (this.#busy) return this.#write(rebuild)
    await rebuild.writing
    // The processor folds on while Postgres writes.
    rebuild.writing = this.#beginWrite(rebuild)
    rebuild.writing.catch(() => undefined) // the next write gets the error
  }

  /** Everything that is folded. */
  async #write(rebuild: Rebuild): Promise<void> {
    await rebuild.writing
    rebuild.writing = null
    await this.#beginWrite(rebuild)
  }

  async #beginWrite(rebuild: Rebuild): Promise<void> {
    const { pool, monotonic, reachPoint } = this.#parts
    await writeRebuild({ pool, rebuild, now: monotonic, copied: () => reachPoint('replay.copied') })
  }

  /** Near its target: to start dual-writing and be compared, or, of another version than the live rows, to switch. */
  async #handOver(rebuild: Rebuild): Promise<void> {
    const { pool } = this.#parts
    await this.#write(rebuild)
    await indexRebuild(pool, rebuild)
    await this.#look()
    if (rebuild.gone || rebuild.replay.state !== 'running' || rebuild.replay.target - rebuild.position >= NEAR) return
    if (this.#live.get(rebuild.replay.projection)?.version === rebuild.replay.version)
      await startDualWriting(pool, rebuild)
    else if (rebuild.replay.check) throw new NotReplayable('other-version', 'cannot compare rows of another version')
    else if (await switchOver(pool, rebuild, { raised: true, differs: false })) this.#told(rebuild, 'switched')
    await this.#look()
  }

  async #compare(rebuild: Rebuild): Promise<void> {
    const { pool, reachPoint } = this.#parts
    const { replay, projection } = rebuild
    reachPoint('replay.riding')
    // As it is now: one that was live at the last look may have been replaced, and its tables be there still.
    const live = (await readLiveGenerations(pool)).get(replay.projection)
    if (live === undefined) throw new Error(`${replay.projection} has no live generation`)
    let rangeFrom = this.#parts.monotonic()
    const differences = await compareGenerations({
      pool,
      tables: projection.tables,
      live: live.generation,
      rebuilt: replay.generation,
      goOn: async () => {
        await this.#yield(rangeFrom)
        rangeFrom = this.#parts.monotonic()
        return !rebuild.gone && !this.#stopping.signal.aborted
      },
    })
    if (differences === null) return
    await recordDifferences(pool, replay.replayId, differences)
    reachPoint('replay.compared')
    if (replay.check) await finishReplay(pool, replay.replayId, 'checked')
    else if (differences.count > 0 && !replay.acceptDifferences) await finishReplay(pool, replay.replayId, 'refused')
    else await switchOver(pool, rebuild, { raised: false, differs: differences.count > 0 })
    rebuild.gone = true
    this.#told(rebuild, differences.count === 0 ? 'equal' : `${String(differences.count)} rows differ`)
  }

  #told({ replay }: Rebuild, outcome: string): void {
    const { replayId, projection, check } = replay
    this.#parts.log.info({ projection, replayId, check, outcome }, 'a replay finished')
  }

  async #forgetGone(): Promise<void> {
    for (const [id, rebuild] of this.#rebuilds) {
      if (!rebuild.gone) continue
      this.#rebuilds.delete(id)
      await rebuild.tenure.giveBack()
    }
  }

  async #leaveAll(): Promise<void> {
    await this.#looking
    for (const [id, { writing, tenure }] of this.#rebuilds) {
      await writing?.catch(() => undefined) // what is written is in the register, well or not
      this.#rebuilds.delete(id)
      await tenure.giveBack()
    }
  }
}
