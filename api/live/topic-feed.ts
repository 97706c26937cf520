/**
 * One topic for all who follow it. It does one thing at a time, so that everybody who is `live` stands where it stands:
 *
 *   look       where the checkpoint is in the database, and of which history and tables
 *   advance    to a checkpoint that was heard of: reads the log up to there for which items changed, reads these, tells all
 *   snapshot   one read for all who start again and have room
 *   catch up   the next stretch for all who are behind and have room, from what the log says of it
 *
 * With nobody there it does nothing and knows nothing. What is read is as at the position that it is sent with, or later.
 * More than 300 lines, because all steps share where the feed stands.
 */
import { ChangedKeys, type Changed } from '../../projections/changes/changed-keys.ts'
import { ChangeIndex, wholePositions } from '../../projections/changes/change-index.ts'
import type { RecentLog } from '../../projections/changes/recent-log.ts'
import type { Topic } from '../../projections/changes/topics.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { ViewNotReady } from '../../projections/queries/view-reader.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import type { Position } from '../../store/commit/command.ts'
import { LogGap } from '../../store/log/feed.ts'
import { ChangeFrame, snapshotMessage, type Message, type SnapshotReason } from './frames.ts'
import { Gathering } from './gathering.ts'
import { Members, type Member } from './members.ts'
import { MOST_ITEMS, readChanges, type ReadChanges } from './read-changes.ts'
import { Rounds } from './rounds.ts'
import type { Place, Subscription } from './subscription.ts'

/** Behind more than this a client starts again. */
const MOST_BEHIND = 10_000
/** Of a frame that leaves rows out. */
const SUMMARY_ITEMS = 50
const SUMMARY_EVERY_MS = 5_000
/** How long a position that is not shown yet is waited for. */
const WAIT_MS = 5_000
/** After an error of the database, while there are no tables, and between two looks at what may be over. */
const RETRY_MS = 500

export interface TopicFeedParts {
  readonly topic: Topic
  readonly log: RecentLog
  /** Of the log, as the database has it now. */
  readonly head: () => Promise<Position>
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly monotonic: () => number
  /** Clients that get each frame, of all topics of the process. */
  readonly receivers: () => number
  readonly snapshotMade: (reason: SnapshotReason) => void
  /** A frame went out that covers what lies behind the one position, up to the other. */
  readonly pushed: (stretch: { readonly after: Position; readonly to: Position }) => void
  readonly failed: (error: unknown) => void
}

/** The checkpoint is not where it was, or the tables are others: what was read does not fit what was sent. */
class AnotherHistory extends Error {}

type TimeAt = (position: Position) => string

export class TopicFeed {
  readonly #parts: TopicFeedParts
  readonly #keys: ChangedKeys
  readonly #rounds: Rounds
  readonly #members = new Members()
  readonly #gathering = new Gathering()
  /** What everybody who is live has; null: nobody was there to tell, or it is not known. */
  #position: Position | null = null
  #asOf: string | null = null
  #epoch = ''
  #index = new ChangeIndex(0)
  /** The furthest checkpoint that was heard of. */
  #heard: Position = 0
  #generation: number | null = null
  #doubtful = false
  #toldAt = -Infinity
  /** When rows were last left out for the first time since a snapshot; null: none are. */
  #summaryAt: number | null = null

  constructor(parts: TopicFeedParts) {
    const { topic, monotonic } = parts
    this.#parts = parts
    this.#keys = new ChangedKeys(topic.projection, topic.itemKey)
    this.#rounds = new Rounds({
      ...{ monotonic, round: () => this.#round() },
      failed: (error) => this.#recover(error),
    })
  }

  get projection(): string {
    return this.#parts.topic.projection.name
  }

  /** Who gets each frame. */
  get receivers(): number {
    return this.#members.size
  }

  join(member: Member): void {
    this.#members.add(member)
    this.#rounds.ask()
  }

  leave(subscription: Subscription): void {
    this.#members.delete(subscription)
  }

  /** Somebody has room, or is owed something else. */
  wake(): void {
    this.#rounds.ask()
  }

  stop(): void {
    this.#rounds.stop()
  }

  /** A checkpoint became known, by a notice of its commit or by a look. */
  heard({ position, generation }: { readonly position: Position; readonly generation: number }): void {
    if (this.#members.size === 0) return
    const isOther = this.#generation !== null && generation !== this.#generation
    if (isOther || position < (this.#position ?? 0)) this.#doubtful = true
    this.#generation = generation
    if (position <= this.#heard && !this.#doubtful) return
    this.#heard = Math.max(this.#heard, position)
    this.#rounds.ask()
  }

  /**
   * Moves a client that hears so now to where it stands: one that is live has everything up to where the feed stands, and
   * more where it got a change before others.
   */
  moved({ owed, queued, isStale }: Subscription): Place {
    const to = this.#position
    if (owed !== 'live' || to === null || (queued.to ?? 0) > to) return queued
    return { to, has: isStale ? queued.has : to, asOf: this.#asOf, epoch: this.#epoch }
  }

  async #round(): Promise<void> {
    if (this.#members.size === 0) {
      this.#forget()
      return
    }
    if (this.#position === null || this.#doubtful) await this.#look()
    await this.#follow()
    await this.#check()
    this.#settleWaiting()
    this.#endSummary()
    await this.#snapshot()
    await this.#catchUp()
    if (this.#members.roomy('changes').length > 0) this.#rounds.ask()
  }

  #recover(error: unknown): number {
    this.#doubtful = true
    if (error instanceof AnotherHistory) return 0
    if (error instanceof ViewNotReady) {
      this.#position = null
      this.#members.tellRebuilding(this.#parts.topic.name, error.message)
    } else this.#parts.failed(error)
    return RETRY_MS
  }

  #forget(): void {
    this.#position = null
    this.#heard = 0
    this.#generation = null
    this.#summaryAt = null
    this.#index = new ChangeIndex(0)
  }

  async #look(): Promise<void> {
    const heard = this.#heard
    const { position, asOf, epoch } = await this.#parts.topic.byKeys([])
    const named = this.#named(epoch)
    this.#doubtful = false
    this.#heard = this.#heard === heard ? position : Math.max(this.#heard, position)
    if (this.#position !== null) {
      if (named === this.#epoch && position >= this.#position) return
      this.#parts.log.forget()
      this.#members.startAnew(named === this.#epoch ? 'ahead' : 'epoch')
    }
    this.#epoch = named
    this.#index = new ChangeIndex(position)
    this.#standAt(position, asOf)
  }

  #standAt(position: Position, asOf: string | null): void {
    this.#position = position
    this.#asOf = asOf
  }

  #named(epoch: string): string {
    return `${epoch}.${String(this.#parts.topic.shape)}`
  }

  /** Throws AnotherHistory when what was read is not of what is being told. */
  #requireSame({ epoch, position }: { readonly epoch: string; readonly position: Position }, atLeast: Position): void {
    if (this.#named(epoch) !== this.#epoch || position < atLeast) throw new AnotherHistory('other tables')
  }

  async #read(part: readonly (readonly [string | number, Position])[], atLeast: Position): Promise<ReadChanges> {
    const found = await readChanges(this.#parts.topic, part)
    this.#requireSame(found.read, atLeast)
    return found
  }

  /** To the checkpoint that was heard of, unless a frame went out a moment ago. */
  async #follow(): Promise<void> {
    const { monotonic, receivers } = this.#parts
    if (this.#heard <= (this.#position ?? 0)) return
    const now = monotonic()
    const due = this.#toldAt + this.#gathering.every(receivers(), now)
    if (now < due) this.#rounds.later(due - now)
    else await this.#advance(this.#heard)
  }

  async #advance(target: Position): Promise<void> {
    const from = this.#position ?? target
    if (target <= from) return
    if (target - from > MOST_BEHIND) return this.#leap(target)
    const events = await this.#parts.log.events(from, target)
    const changed = await this.#changed(events)
    // A newer release shows what this one cannot read.
    if (changed === null) return this.#leap(target)
    const now = this.#parts.monotonic()
    this.#gathering.count(changed.last.size, now)
    const timeAt: TimeAt = (position) => {
      const event = events[position - from - 1]
      if (event === undefined) throw new LogGap(position, target)
      return rfc3339(event.recordedAt)
    }
    if (changed.last.size > 0 && this.#members.owed('live').length > 0) {
      this.#toldAt = now
      const leavesOut = this.#parts.topic.mayLeaveOut && this.#gathering.isTooMuch(now)
      if (leavesOut) await this.#tellSummary(changed, target, timeAt(target))
      else await this.#tellAll(changed, target, timeAt)
    }
    this.#index.append(changed, target)
    this.#standAt(target, timeAt(target))
  }

  /** Null: this release cannot read what the projection shows. */
  async #changed(events: Parameters<ChangedKeys['of']>[0]): Promise<Changed | null> {
    try {
      return await this.#keys.of(events)
    } catch (error) {
      if (error instanceof DecodeError) return null
      throw error
    }
  }

  /** What lies between is not sent one by one. */
  #leap(target: Position): void {
    this.#members.startAnew('behind')
    this.#index = new ChangeIndex(target)
    this.#standAt(target, null)
  }

  async #tellAll({ last }: Changed, target: Position, timeAt: TimeAt): Promise<void> {
    let left = [...last]
    while (left.length > 0) {
      const { read, changes, items } = await this.#read(wholePositions(left, MOST_ITEMS), target)
      left = left.slice(changes.length)
      const to = left.length === 0 ? target : (changes.at(-1)?.[1] ?? target)
      await this.#tell(this.#frame({ to, asOf: timeAt(to), items, beside: read.beside, count: null }))
      this.#standAt(to, timeAt(to))
    }
  }

  async #tellSummary({ last, events }: Changed, to: Position, asOf: string): Promise<void> {
    const { read, items } = await this.#read([...last].slice(-SUMMARY_ITEMS), to)
    this.#summaryAt ??= this.#parts.monotonic()
    await this.#tell(this.#frame({ to, asOf, items, beside: read.beside, count: events }))
    this.#standAt(to, asOf)
  }

  async #tell(frame: ChangeFrame): Promise<void> {
    const { to } = frame.stretch
    // Before it goes: a page may have it while others wait for their turn.
    this.#parts.pushed({ after: this.#position ?? to, to })
    await this.#members.tell(frame, this.#epoch)
  }

  /** Those from whom rows were kept get them all, now and then, and when it is over. */
  #endSummary(): void {
    if (this.#summaryAt === null) return
    const now = this.#parts.monotonic()
    const isOver = !this.#gathering.isTooMuch(now)
    if (isOver || now - this.#summaryAt >= SUMMARY_EVERY_MS) {
      this.#members.endSummary()
      this.#summaryAt = null
    }
    if (!isOver) this.#rounds.later(RETRY_MS)
  }

  #frame(stretch: Omit<ChangeFrame['stretch'], 'topic' | 'at'>): ChangeFrame {
    return new ChangeFrame({ topic: this.#parts.topic.name, at: rfc3339(this.#parts.clock()), ...stretch })
  }

  /** Those who go on from what they have: whether they may is asked of the database, once for all of them. */
  async #check(): Promise<void> {
    const members = this.#members.owed('check')
    if (members.length === 0) return
    const { topic, monotonic } = this.#parts
    const { position, epoch } = await topic.byKeys([])
    const head = await this.#parts.head()
    this.#requireSame({ position, epoch }, this.#position ?? 0)
    await this.#advance(position)
    for (const { subscription } of members) {
      if (subscription.owed !== 'check') continue
      const { queued, answered } = subscription
      const after = queued.to ?? 0
      if (queued.epoch !== null && queued.epoch !== this.#epoch) subscription.owes('epoch')
      else if (after > head) subscription.owes('ahead')
      else if (position - after > MOST_BEHIND) subscription.owes('behind')
      else {
        subscription.owed = after > position ? 'waiting' : 'changes'
        subscription.waitsUntil = monotonic() + WAIT_MS
        subscription.queued = { ...queued, epoch: this.#epoch }
        if (!answered) subscription.taken = subscription.queued
      }
    }
  }

  #settleWaiting(): void {
    for (const { subscription } of this.#members.owed('waiting')) {
      const isOver = (subscription.waitsUntil ?? 0) <= this.#parts.monotonic()
      if ((this.#position ?? 0) >= (subscription.queued.to ?? 0)) subscription.owed = 'changes'
      else if (isOver) subscription.owes('behind')
      else this.#rounds.later(RETRY_MS)
    }
  }

  async #snapshot(): Promise<void> {
    if (this.#members.roomy('snapshot').length === 0) return
    const { topic, clock, snapshotMade } = this.#parts
    const read = await topic.newest()
    this.#requireSame(read, this.#position ?? 0)
    await this.#advance(read.position)
    const { position: to, asOf, beside } = read
    this.#standAt(to, asOf)
    const about = { topic: topic.name, to, asOf, beside, epoch: this.#epoch, at: rfc3339(clock()) }
    const made = new Map<string, Message>()
    for (const { client, subscription } of this.#members.roomy('snapshot')) {
      const { limit, reason, queued } = subscription
      const name = `${reason} ${String(queued.has)} ${String(limit)}`
      const message = made.get(name) ?? snapshotMessage({ ...about, reason, from: queued.has, ...read.first(limit) })
      made.set(name, message)
      subscription.owed = 'changes'
      subscription.answered = true
      subscription.toldRebuilding = false
      client.give(message, [{ subscription, place: { to, has: to, asOf, epoch: this.#epoch } }])
      snapshotMade(reason)
    }
  }

  async #catchUp(): Promise<void> {
    const position = this.#position ?? 0
    let from = position
    for (const { subscription } of this.#members.roomy('changes')) {
      const after = subscription.queued.to ?? 0
      if (position - after > MOST_BEHIND) subscription.owes('behind')
      else from = Math.min(from, after)
    }
    if (this.#members.roomy('changes').length === 0) return
    if (from < this.#index.from) {
      const before = await this.#changed(await this.#parts.log.events(from, this.#index.from))
      if (before === null) return this.#members.startAnew('behind')
      this.#index.prepend(before, from)
    }
    const part = this.#index.after(from, MOST_ITEMS)
    const { read, changes, items } = await this.#read(part, position)
    const last = changes.at(-1)?.[1] ?? position
    const isAll = this.#index.after(last, 1).length === 0
    const to = isAll ? position : last
    const asOf = isAll ? this.#asOf : await this.#recordedAt(to)
    const frameAfter = (after: Position): ChangeFrame => {
      const behind = items.filter((item) => item.position > after)
      return this.#frame({ to, asOf, items: behind, beside: read.beside, count: null })
    }
    this.#members.giveChanges({ from, to, isAll }, frameAfter, this.#epoch)
  }

  async #recordedAt(position: Position): Promise<string | null> {
    const [event] = await this.#parts.log.events(position - 1, position)
    return event === undefined ? null : rfc3339(event.recordedAt)
  }
}
