/**
 * Keeps what has no topic of changes current, by asking again: every second while the page is seen, at once when it is shown
 * again, and not at all while nobody looks. Everything else sees signals.
 */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { read, RequestFailed, type Trouble } from './api.ts'

const EVERY_MS = 1_000
/** Two answers missed: whatever is under way, what is shown is old. */
const SILENCE_MS = 3_500
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

/** What is asked again and again, and what is made of the answers. */
export interface Question<Body> {
  /** Two of the same name are one. */
  readonly name: string
  /** `before`: what the answers have made so far. */
  path(before: Body | null): string
  take(answer: unknown, before: Body | null): Body
  /** Whether nothing can be added to it: then it is no longer asked. Absent: never. */
  done?(body: Body): boolean
  /** Rounds from one answer to the next question; absent: one. */
  readonly every?: number
}

interface Topic {
  /** As it was asked last. */
  question: Question<unknown>
  readonly shown: Signal<Shown<unknown> | null>
  readonly trouble: Signal<Trouble | null>
  etag: string | null
  users: number
  asking: boolean
  /** Rounds in which it is not asked for after it was refused; each refusal doubles them. */
  rests: number
  /** Rounds until it is asked for. */
  resting: number
}

const topics = new Map<string, Topic>()
const used = signal<readonly Topic[]>([])
/** Of them, those that are still asked. */
const asked = computed(() => used.value.filter((topic) => !isDone(topic)))
/** False as soon as anything on the page gets no answer. */
const answers = computed(() => asked.value.every(({ trouble }) => trouble.value?.status !== null))

/** The page's own clock in milliseconds: it moves once a round. */
export const now = signal(performance.now())

/** How old the oldest thing on the page is, in milliseconds; null before the first answer. */
export const age = computed(() => {
  const times = asked.value.flatMap(({ question, shown, trouble }) =>
    isRefused(trouble.value) || shown.value === null ? [] : shown.value.at + (roundsOf(question) - 1) * EVERY_MS,
  )
  return times.length === 0 ? null : Math.max(0, now.value - Math.min(...times))
})

/** When somebody began to look: time in which nothing was asked is no silence. */
const seenSince = signal(performance.now())

export type Connection = 'connecting' | 'live' | 'reconnecting'

export const connection = computed<Connection>(() => {
  if (!answers.value) return 'reconnecting'
  if (asked.value.length === 0) return 'live'
  if (age.value === null) return 'connecting'
  return Math.min(age.value, now.value - seenSince.value) > SILENCE_MS ? 'reconnecting' : 'live'
})

/** What a path of the API shows, kept current while the component is there. Null: nothing is asked. `every`: seconds. */
export function useLive<Body>(path: string | null, every = 1): Live<Body> {
  return useAnswers<Body>(
    path === null ? null : { name: path, path: () => path, take: (answer) => answer as Body, every },
  )
}

/** As useLive, until an answer is one that cannot change (absent: the first). */
export function useOnce<Body>(path: string | null, done: (body: Body) => boolean = () => true): Live<Body> {
  return useAnswers<Body>(
    path === null ? null : { name: `once ${path}`, path: () => path, take: (answer) => answer as Body, done },
  )
}

/** What the answers to a question make, kept current while the component is there. Null: nothing is asked. */
export function useAnswers<Body>(question: Question<Body> | null): Live<Body> {
  const topic = question === null ? NOTHING : topicOf(question as Question<unknown>)
  useEffect(() => {
    if (topic === NOTHING) return
    topics.set(topic.question.name, topic)
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
  setInterval(() => {
    now.value = performance.now()
    if (!document.hidden) askAll()
  }, EVERY_MS)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    seenSince.value = performance.now()
    refresh()
  })
  addEventListener('online', refresh)
}

const NOTHING = newTopic({ name: '', path: () => '', take: () => null })

function newTopic(question: Question<unknown>): Topic {
  const news = { shown: signal(null), trouble: signal(null), etag: null }
  return { question, ...news, users: 0, asking: false, rests: 0, resting: 0 }
}

function topicOf(question: Question<unknown>): Topic {
  const known = topics.get(question.name)
  if (known !== undefined) return Object.assign(known, { question })
  const topic = newTopic(question)
  topics.set(question.name, topic)
  return topic
}

function forgetUnused(): void {
  const unused = [...topics.values()].filter(({ users }) => users === 0)
  for (const { question } of unused.slice(0, Math.max(0, unused.length - KEPT_TOPICS))) topics.delete(question.name)
}

async function ask(topic: Topic): Promise<void> {
  if (topic.asking || isDone(topic)) return
  topic.asking = true
  try {
    const { question } = topic
    const reading = await read(question.path(topic.shown.value?.body ?? null), topic.etag)
    const at = performance.now()
    const last = topic.shown.value
    if (reading.changed) {
      topic.etag = reading.etag
      topic.shown.value = { body: question.take(reading.body, last?.body ?? null), position: reading.position, at }
    } else if (last !== null) {
      topic.shown.value = { ...last, position: reading.position, at }
    }
    topic.trouble.value = null
    topic.rests = 0
    topic.resting = roundsOf(question) - 1
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

function roundsOf({ every = 1 }: Question<unknown>): number {
  return every
}

function isDone({ question, shown }: Topic): boolean {
  return shown.value !== null && question.done?.(shown.value.body) === true
}

/** Answered, and not by what one asked for: asking is in order, and there is nothing that grows old. */
function isRefused(trouble: Trouble | null): boolean {
  return trouble !== null && trouble.status !== null && trouble.status < 500
}
