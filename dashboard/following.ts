/**
 * Follows the topics that are on the page over one connection, and gives them to components as signals. What comes is kept
 * at once and painted at most ten times a second; while nobody looks nothing is painted, and all of it when somebody does.
 */
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { token, wantToken } from './api.ts'
import type {
  Activity,
  Alert,
  Delivery,
  FraudAlert,
  Lag,
  Order,
  PaymentAttempt,
  Product,
  Projection,
  Reactor,
} from './api-shapes.ts'
import { KeptTopic, type Change, type Told, type TopicName } from './kept-topic.ts'
import { LiveClient, type LiveFrame, type LivePing, type LiveStatus } from './live.ts'
import { now } from './polling.ts'

/** Of this page; the bundler writes it. */
declare const RELEASE: string

const PAINT_MS = 100
/** The list of projections comes every 5 s at least, so this is a silence. */
const SILENCE_MS = 8_000
/** Of a read model. */
const BEHIND_SECONDS = 1

/** A row of a breakdown or, with `by: "total"`, the totals. */
export interface SalesRow {
  readonly by: string
}

export interface TopicItems {
  readonly orders: Order
  readonly payments: PaymentAttempt
  readonly deliveries: Delivery
  readonly stock: Product
  readonly sales: SalesRow
  readonly activity: Activity
  readonly alerts: Alert
  readonly fraud: FraudAlert
  readonly projections: Projection
  readonly reactors: Reactor
  readonly lag: Lag
}

export interface Followed<Item> extends Omit<Told, 'items'> {
  readonly items: readonly Item[]
}

type Listener = (change: Change) => void

interface Topic {
  readonly name: TopicName
  kept: KeptTopic
  readonly shown: Signal<Told | null>
  readonly listeners: Set<Listener>
  /** What each user asked for: the most counts. */
  readonly limits: number[]
  /** The service was asked for it. */
  isFollowed: boolean
}

const topics = new Map<TopicName, Topic>()
const waiting = new Set<Topic>()
let painting: ReturnType<typeof setTimeout> | null = null
let paintedAt = -Infinity
let client: LiveClient | null = null
let isWanting = false
let clock = (): number => 0

const status = signal<LiveStatus>('connecting')
const detail = signal('')
/** When the last frame came, by the page's clock and by the time of day, of which one may stop while the machine sleeps. */
let heard: { readonly at: number; readonly time: number } | null = null
const lagSeconds = signal(0)

/** By which this page's clock differs from that of the service, with the shortest way that a word of it took. */
let nearest: number | null = null
let nearestAt = 0
/** Milliseconds in a millisecond, by which clocks may drift: a second in a quarter of an hour. */
const DRIFT = 0.001

export const serviceRelease = signal<string | null>(null)
export const pageRelease = RELEASE
/** A service of another release than this page: it may show what is not so any more. */
export const isOlder = computed(() => serviceRelease.value !== null && serviceRelease.value !== pageRelease)

/** Changes told since they were last spoken of, by topic. */
export const news = new Map<TopicName, number>()

export interface Line {
  readonly status: LiveStatus
  readonly detail: string
  /** Of what is shown, in milliseconds; null: it is as it is now, or there is nothing yet. */
  readonly age: number | null
}

export const line = computed<Line>(() => {
  // Read with each second and each status: a signal would have as many values as there are frames.
  const elapsed = heard === null ? null : Math.max(0, now.value - heard.at, clock() - heard.time)
  const isCut = status.value !== 'live' || (elapsed !== null && elapsed > SILENCE_MS)
  const behind = lagSeconds.value > BEHIND_SECONDS ? lagSeconds.value * 1_000 : 0
  const age = elapsed === null ? null : (isCut ? elapsed : 0) + behind
  return { status: status.value, detail: detail.value, age: age === 0 ? null : age }
})

/** What of a topic is on the page, kept current while the component is there; null: nothing has come yet. */
export function useTopic<Name extends TopicName>(
  name: Name,
  limit = 50,
): ReadonlySignal<Followed<TopicItems[Name]> | null> {
  const topic = topicOf(name)
  useEffect(() => {
    topic.limits.push(limit)
    wantSoon()
    return () => {
      topic.limits.splice(topic.limits.indexOf(limit), 1)
      wantSoon()
    }
  }, [topic, limit])
  // Its items are what the service says they are.
  return topic.shown as ReadonlySignal<Followed<TopicItems[Name]> | null>
}

/** Hears of each change of a topic that the page follows. */
export function useChanges<Name extends TopicName>(
  name: Name,
  heardOf: (item: TopicItems[Name], before: TopicItems[Name] | null) => void,
): void {
  const topic = topicOf(name)
  useEffect(() => {
    const listener: Listener = ({ item, before }) =>
      heardOf(item as TopicItems[Name], before as TopicItems[Name] | null)
    topic.listeners.add(listener)
    return () => void topic.listeners.delete(listener)
  }, [topic, heardOf])
}

/** Begins. `time` is the time of day in milliseconds. */
export function startFollowing(time: () => number): void {
  clock = time
  client = new LiveClient({
    url: new URL('..', document.baseURI).href.replace(/\/$/, ''),
    topics: wanted(),
    token: token.value,
    clock,
    onFrame: told,
    onPing: pinged,
    onPolled: () => hear(null),
    onStatus: stands,
    onRelease: (release) => (serviceRelease.value = release),
  })
  client.start()
  effect(() => {
    if (token.value !== null) client?.authorize(token.value)
  })
  document.addEventListener('visibilitychange', paintSoon)
}

/** The token for which it was ended last; undefined: it was not. */
let refused: string | null | undefined

function stands(next: LiveStatus, why: string): void {
  batch(() => {
    status.value = next
    detail.value = why
  })
  if (next !== 'ended' || !/^440[13]/.test(why)) return
  // Another one may have been given while this was under way.
  const isAnother = token.value !== null && token.value !== refused
  refused = token.value
  if (isAnother) client?.authorize(token.value ?? '')
  else wantToken()
}

function topicOf(name: TopicName): Topic {
  const known = topics.get(name)
  if (known !== undefined) return known
  const about = { name, kept: new KeptTopic(name), shown: signal(null) }
  const topic: Topic = { ...about, listeners: new Set(), limits: [], isFollowed: false }
  topics.set(name, topic)
  return topic
}

function wanted(): Readonly<Record<string, { readonly limit: number }>> {
  const used = [...topics.values()].filter(({ limits }) => limits.length > 0)
  return Object.fromEntries(used.map(({ name, limits }) => [name, { limit: Math.max(...limits) }]))
}

/** Once for all that come and go with a page. */
function wantSoon(): void {
  if (isWanting) return
  isWanting = true
  setTimeout(() => {
    isWanting = false
    for (const topic of topics.values()) {
      const isUsed = topic.limits.length > 0
      // What a page that was left had shown is old; while nothing better can come, it is better than nothing.
      if (isUsed && !topic.isFollowed && status.value === 'live') {
        topic.kept = new KeptTopic(topic.name)
        topic.shown.value = null
      }
      topic.isFollowed = isUsed
    }
    client?.want(wanted())
  })
}

function told(frame: LiveFrame): void {
  hear(frame.at)
  const topic = topics.get(frame.topic as TopicName)
  if (topic === undefined) return
  const changes = topic.kept.take(frame)
  if (changes.length > 0) news.set(topic.name, (news.get(topic.name) ?? 0) + changes.length)
  for (const listener of topic.listeners) for (const change of changes) listener(change)
  waiting.add(topic)
  paintSoon()
}

function pinged({ topics: states, at }: LivePing): void {
  hear(at)
  let most = 0
  for (const [name, { to, asOf, lagSeconds: behind }] of Object.entries(states)) {
    most = Math.max(most, behind)
    const topic = topics.get(name as TopicName)
    if (topic === undefined || to === null) continue
    topic.kept.moved(to, asOf)
    if (topic.shown.value !== null) waiting.add(topic)
  }
  lagSeconds.value = most
  paintSoon()
}

/** `sent`: when it was, by the clock of the service; null: it does not say. */
function hear(sent: string | null): void {
  heard = { at: performance.now(), time: clock() }
  const distance = heard.at - Date.parse(sent ?? '')
  // What came the quickest says most; clocks drift apart, so that an old word counts for less.
  const drifted = nearest === null ? Infinity : nearest + DRIFT * (heard.at - nearestAt)
  if (!(distance <= drifted)) return
  nearest = distance
  nearestAt = heard.at
}

/** What the clock of the service shows now, as far as this page heard it; null: it has heard nothing yet. */
export function serviceTime(): number | null {
  return nearest === null ? null : performance.now() - nearest
}

function paintSoon(): void {
  if (document.hidden || painting !== null || waiting.size === 0) return
  painting = setTimeout(paint, Math.max(0, paintedAt + PAINT_MS - performance.now()))
}

function paint(): void {
  painting = null
  paintedAt = performance.now()
  batch(() => {
    for (const topic of waiting) if (topic.limits.length > 0) topic.shown.value = topic.kept.told()
  })
  waiting.clear()
}
