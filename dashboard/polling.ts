/**
 * Keeps what has no topic of changes current, by asking again: every second, every five while nobody looks. Everything else
 * sees signals.
 */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { read, RequestFailed, type Trouble } from './api.ts'

const EVERY_MS = 1_000
/** Of the rounds, while the page is hidden. */
const ONE_IN = 5
/** Two answers missed: whatever is under way, what is shown is old. */
const SILENCE_MS = 3_500
const HIDDEN_SILENCE_MS = ONE_IN * EVERY_MS + SILENCE_MS
/** What pages that were left had shown, so that coming back shows something at once. */
const KEPT_TOPICS = 30

const MOST_RESTS = 30

export interface Shown<Body> {
  readonly body: Body
  /** Of the log, that the answer shows; null where an answer has none. */
  readonly position: number | null
  /** When it was last known to be so, on the page's own clock. */
  readonly at: number
}

export interface Live<Body> {
  readonly shown: ReadonlySignal<Shown<Body> | null>
  /** Why the last attempt failed; null when it did not. */
  readonly trouble: ReadonlySignal<Trouble | null>
}

interface Topic {
  readonly path: string
  readonly shown: Signal<Shown<unknown> | null>
  readonly trouble: Signal<Trouble | null>
  etag: string | null
  users: number
  asking: boolean
  /** Rounds in which it is not asked for, after it was refused; each refusal doubles them. */
  rests: number
  resting: number
}

const topics = new Map<string, Topic>()
const used = signal<readonly Topic[]>([])
/** False as soon as anything on the page gets no answer. */
const answers = computed(() => used.value.every(({ trouble }) => trouble.value?.status !== null))

/** The page's own clock in milliseconds: it moves once a round. */
export const now = signal(performance.now())

/** How old the oldest thing on the page is, in milliseconds; null before the first answer. */
export const age = computed(() => {
  const times = used.value.flatMap(({ shown, trouble }) => (isRefused(trouble.value) ? [] : (shown.value?.at ?? [])))
  return times.length === 0 ? null : Math.max(0, now.value - Math.min(...times))
})

export type Connection = 'connecting' | 'live' | 'reconnecting'

export const connection = computed<Connection>(() => {
  if (!answers.value) return 'reconnecting'
  if (used.value.length === 0) return 'live'
  if (age.value === null) return 'connecting'
  return age.value > (document.hidden ? HIDDEN_SILENCE_MS : SILENCE_MS) ? 'reconnecting' : 'live'
})

/** What a path of the API shows, kept current while the component is there. Null: nothing is asked. */
export function useLive<Body>(path: string | null): Live<Body> {
  const topic = path === null ? NOTHING : topicOf(path)
  useEffect(() => {
    if (topic === NOTHING) return
    topics.set(topic.path, topic)
    if (topic.users === 0) void ask(topic)
    topic.users += 1
    used.value = [...topics.values()].filter(({ users }) => users > 0)
    return () => {
      topic.users -= 1
      used.value = used.value.filter(({ users }) => users > 0)
      forgetUnused()
    }
  }, [topic])
  return topic as Live<Body>
}

/** Asks for everything on the page now: a command was answered. */
export function refresh(): void {
  for (const topic of used.value) topic.resting = 0
  askAll()
}

function askAll(): void {
  now.value = performance.now()
  for (const topic of used.value) {
    if (topic.resting > 0) topic.resting -= 1
    else void ask(topic)
  }
}

/** Begins to keep things current. */
export function startLive(): void {
  let round = 0
  setInterval(() => {
    round += 1
    now.value = performance.now()
    if (!document.hidden || round % ONE_IN === 0) askAll()
  }, EVERY_MS)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh()
  })
  addEventListener('online', refresh)
}

const NOTHING = newTopic('')

function newTopic(path: string): Topic {
  return { path, shown: signal(null), trouble: signal(null), etag: null, users: 0, asking: false, rests: 0, resting: 0 }
}

function topicOf(path: string): Topic {
  const known = topics.get(path)
  if (known !== undefined) return known
  const topic = newTopic(path)
  topics.set(path, topic)
  return topic
}

function forgetUnused(): void {
  const unused = [...topics.values()].filter(({ users }) => users === 0)
  for (const { path } of unused.slice(0, Math.max(0, unused.length - KEPT_TOPICS))) topics.delete(path)
}

async function ask(topic: Topic): Promise<void> {
  if (topic.asking) return
  topic.asking = true
  try {
    const reading = await read(topic.path, topic.etag)
    const at = performance.now()
    const last = topic.shown.value
    if (reading.changed) {
      topic.etag = reading.etag
      topic.shown.value = { body: reading.body, position: reading.position, at }
    } else if (last !== null) {
      topic.shown.value = { ...last, position: reading.position, at }
    }
    topic.trouble.value = null
    topic.rests = 0
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    topic.trouble.value = error.trouble
    topic.rests = isRefused(error.trouble) ? Math.min(MOST_RESTS, 2 * topic.rests + 1) : 0
    topic.resting = topic.rests
  } finally {
    topic.asking = false
    now.value = Math.max(now.value, performance.now())
  }
}

/** Answered, and not by what one asked for: asking is in order, and there is nothing that grows old. */
function isRefused(trouble: Trouble | null): boolean {
  return trouble !== null && trouble.status !== null && trouble.status < 500
}
