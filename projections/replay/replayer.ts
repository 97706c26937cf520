/**
 * Works on unfinished replays, in one process at a time for each: standing still, it waits to be told of one.
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
import { type Lane, openLane } from './lane.ts'
import { PAGE, Pages } from './pages.ts'
import { NotReplayable, replayFailure } from './replay-failure.ts'
import type { ReplayerParts } from './replayer-parts.ts'
import { failReplay, finishReplay, readUnfinishedReplays, recordDifferences, type Replay } from './replays.ts'
import { indexLane, ReplayGone, writeLane } from './write-lane.ts'

/** What is folded is written when it is so many rows, or so old: transactions take about a second. */
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
  readonly #lanes = new Map<string, Lane>()
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
      if (this.#lanes.size === 0) continue
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
    for (const [id, lane] of this.#lanes) {
      const replay = unfinished.get(id)
      if (replay === undefined || lane.tenure.lost.aborted) lane.gone = true
      else lane.replay = { ...replay, target: this.#target(replay) }
    }
    for (const replay of unfinished.values()) {
      const projection = projections.find(
        ({ name, version }) => name === replay.projection && version === replay.version,
      )
      if (projection === undefined || this.#lanes.has(replay.replayId)) continue
      const target = this.#target(replay)
      const lane = await openLane({ pool, owner, replay: { ...replay, target }, projection, monotonic })
      if (lane === null) continue
      this.#lanes.set(replay.replayId, lane)
      const { replayId, projection: name } = replay
      log.info({ projection: name, replayId, position: lane.position }, 'working on a replay')
    }
  }

  /** Where the live rows stand: there they can be compared. Rows of another version cannot, and the log is all there is. */
  #target({ projection, version }: Replay): Position {
    const live = this.#live.get(projection)
    return live?.version === version ? live.position : this.#head
  }

  /** One step for one replay, or a page for several. False: there is nothing to do at present. */
  async #round(): Promise<boolean> {
    const lanes = [...this.#lanes.values()].filter(({ gone }) => !gone)
    const comparing = lanes.find(({ replay }) => replay.state === 'comparing')
    if (comparing !== undefined) return this.#step(comparing, () => this.#compare(comparing))
    const running = lanes.filter(({ replay }) => replay.state === 'running')
    const near = running.find(({ replay, position }) => !replay.ahead && replay.target - position < NEAR)
    if (near !== undefined) return this.#step(near, () => this.#handOver(near))
    const behind = running.filter(({ replay, position }) => replay.target > position)
    if (behind.length > 0) return this.#readOn(behind)
    const unwritten = lanes.find(({ folded, writing }) => folded !== null || writing !== null)
    return unwritten !== undefined && this.#step(unwritten, () => this.#write(unwritten))
  }

  /** What goes wrong with one replay ends that one; what may be the database's fault is thrown. */
  async #step(lane: Lane, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
    } catch (error) {
      if (error instanceof ReplayGone) lane.gone = true
      else await this.#failed(lane, error)
    }
    return true
  }

  async #failed(lane: Lane, error: unknown): Promise<void> {
    const failure = replayFailure(error, lane.position)
    if (failure === null) throw error
    const { pool, log } = this.#parts
    const { replayId, projection } = lane.replay
    lane.gone = true
    await failReplay(pool, replayId, failure)
    log.warn({ projection, replayId, failure }, 'a replay failed; the live rows did not change')
  }

  /** A page of the log for those furthest behind. */
  async #readOn(lanes: readonly Lane[]): Promise<boolean> {
    const after = Math.min(...lanes.map(({ position }) => position))
    const group = lanes.filter(({ position }) => position === after)
    const others = lanes.map(({ position }) => position).filter((position) => position > after)
    const end = Math.min(after + PAGE, ...others, ...group.map(({ replay }) => replay.target))
    const rest = Math.max(...group.map(({ pace, replay }) => pace.rest(replay.rate)))
    if (rest > 0) {
      for (const lane of group) await this.#step(lane, () => this.#writeIfDue(lane))
      return pause(rest, this.#stopping.signal)
    }
    const startedAt = this.#parts.monotonic()
    const events = (await this.#pages.read(after, end)).map(decodeEvent)
    for (const lane of group) {
      await this.#step(lane, () => this.#fold(lane, events))
      lane.pace.worked(events.length, lane.replay.rate)
    }
    await this.#yield(startedAt)
    return true
  }

  /** While orders come in, two thirds of the time are theirs. */
  async #yield(startedAt: number): Promise<void> {
    if (this.#busy) await pause(2 * (this.#parts.monotonic() - startedAt), this.#stopping.signal)
  }

  async #fold(lane: Lane, events: readonly LoggedEvent[]): Promise<void> {
    for (const event of events) {
      try {
        foldEvent(lane.projection, lane.fold, event)
      } catch (error) {
        throw new EventNotShown(event.position, error)
      }
      lane.folded = event
    }
    await this.#writeIfDue(lane)
  }

  async #writeIfDue(lane: Lane): Promise<void> {
    const { monotonic } = this.#parts
    const due =
      lane.fold.size >= (this.#busy ? UNWRITTEN.rowsWhenBusy : UNWRITTEN.rows) ||
      lane.unwrittenFor(monotonic()) >= UNWRITTEN.ms
    if (!due) return
    if (this.#busy) return this.#write(lane)
    await lane.writing
    // The processor folds on while Postgres writes.
    lane.writing = this.#beginWrite(lane)
    lane.writing.catch(() => undefined) // whoever writes next is told
  }

  /** Everything that is folded. */
  async #write(lane: Lane): Promise<void> {
    await lane.writing
    lane.writing = null
    await this.#beginWrite(lane)
  }

  async #beginWrite(lane: Lane): Promise<void> {
    const { pool, monotonic, reachPoint } = this.#parts
    await writeLane({ pool, lane, now: monotonic, copied: () => reachPoint('replay.copied') })
  }

  /** Near its target: to start dual-writing and be compared, or, of another version than the live rows, to switch. */
  async #handOver(lane: Lane): Promise<void> {
    const { pool } = this.#parts
    await this.#write(lane)
    await indexLane(pool, lane)
    await this.#look()
    if (lane.gone || lane.replay.state !== 'running' || lane.replay.target - lane.position >= NEAR) return
    if (this.#live.get(lane.replay.projection)?.version === lane.replay.version) await startDualWriting(pool, lane)
    else if (lane.replay.check) throw new NotReplayable('other-version', 'cannot compare rows of another version')
    else if (await switchOver(pool, lane, { raised: true, differs: false })) this.#told(lane, 'switched')
    await this.#look()
  }

  async #compare(lane: Lane): Promise<void> {
    const { pool, reachPoint } = this.#parts
    const { replay, projection } = lane
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
        return !lane.gone && !this.#stopping.signal.aborted
      },
    })
    if (differences === null) return
    await recordDifferences(pool, replay.replayId, differences)
    reachPoint('replay.compared')
    if (replay.check) await finishReplay(pool, replay.replayId, 'checked')
    else if (differences.count > 0 && !replay.acceptDifferences) await finishReplay(pool, replay.replayId, 'refused')
    else await switchOver(pool, lane, { raised: false, differs: differences.count > 0 })
    lane.gone = true
    this.#told(lane, differences.count === 0 ? 'equal' : `${String(differences.count)} rows differ`)
  }

  #told({ replay }: Lane, outcome: string): void {
    const { replayId, projection, check } = replay
    this.#parts.log.info({ projection, replayId, check, outcome }, 'a replay finished')
  }

  async #forgetGone(): Promise<void> {
    for (const [id, lane] of this.#lanes) {
      if (!lane.gone) continue
      this.#lanes.delete(id)
      await lane.tenure.giveBack()
    }
  }

  async #leaveAll(): Promise<void> {
    await this.#looking
    for (const [id, { writing, tenure }] of this.#lanes) {
      await writing?.catch(() => undefined) // what is written is in the register, well or not
      this.#lanes.delete(id)
      await tenure.giveBack()
    }
  }
}
