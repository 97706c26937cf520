/** Whether what one sees is as it is now, and how old it is if not; and one quiet line for those who hear the page. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { isOlder, line, news, pageRelease, serviceRelease } from '../following.ts'
import { age, connection } from '../polling.ts'
import type { TextKey } from '../texts/table.ts'
import { t } from '../texts/text.ts'
import { duration } from '../parts/format.ts'

type State = 'live' | 'connecting' | 'reconnecting' | 'polling' | 'ended'

const SPEAK_MS = 10_000

const SPOKEN = {
  orders: 'frame.topic.orders',
  payments: 'frame.topic.payments',
  deliveries: 'frame.topic.deliveries',
  stock: 'frame.topic.stock',
  activity: 'frame.topic.activity',
  alerts: 'frame.topic.alerts',
  fraud: 'frame.topic.fraud',
} as const satisfies Partial<Record<string, TextKey>>

export function Pulse() {
  const { state, old, detail } = stateOf()
  const isSilent = state === 'reconnecting'
  return (
    <p class={`pulse ${state}`}>
      <span class="dot" aria-hidden="true" />
      <span>{textOf(state, old, detail)}</span>
      <Spoken trouble={isSilent ? t('frame.silent') : state === 'polling' ? t('frame.polling') : null} />
    </p>
  )
}

function stateOf(): { readonly state: State; readonly old: number | null; readonly detail: string } {
  const { status, detail, age: followed } = line.value
  const asked = connection.value
  const old = Math.max(followed ?? 0, asked === 'reconnecting' ? (age.value ?? 0) : 0) || null
  if (status === 'ended') return { state: 'ended', old, detail }
  if (status === 'polling') return { state: 'polling', old, detail }
  const isBack = status === 'connecting' && followed !== null
  if (asked === 'reconnecting' || status === 'waiting' || isBack) return { state: 'reconnecting', old, detail }
  return { state: status === 'connecting' || asked === 'connecting' ? 'connecting' : 'live', old, detail }
}

function textOf(state: State, old: number | null, detail: string): string {
  if (state === 'connecting') return t('frame.connecting')
  if (state === 'ended') return t('frame.ended', { detail })
  return old === null ? t(`frame.${state}`) : t(`frame.${state}.old`, { age: duration(old / 1_000) })
}

/** Lists are no live regions: of all that moves, one line in ten seconds is enough. */
function Spoken({ trouble }: { readonly trouble: string | null }) {
  const text = useSignal('')
  const spokenAt = useRef(-Infinity)
  const latest = useRef(trouble)
  latest.current = trouble

  function speak(): void {
    const told = latest.current ?? newsText()
    if (told === null || performance.now() - spokenAt.current < SPEAK_MS) return
    spokenAt.current = performance.now()
    text.value = told
  }

  useEffect(() => {
    const timer = setInterval(speak, SPEAK_MS)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => {
    if (trouble !== null) speak()
  }, [trouble])
  return (
    <span class="unseen" role="status">
      {text.value}
    </span>
  )
}

/** What came since it was last spoken of; null: nothing. */
function newsText(): string | null {
  const told = Object.entries(SPOKEN).flatMap(([topic, key]) => {
    const count = [...news].find(([name]) => name === topic)?.[1] ?? 0
    return count === 0 ? [] : [{ count, name: t(key) }]
  })
  news.clear()
  if (told.length === 0) return null
  const n = told.reduce((sum, { count }) => sum + count, 0)
  return t('frame.news', { n, topics: told.map(({ name }) => name).join(', ') })
}

/** Stands on top of a page that was loaded before the service was brought up to date. */
export function OlderPage() {
  if (!isOlder.value) return null
  return (
    <p class="older">
      {t('frame.older', { page: pageRelease, service: serviceRelease.value ?? '' })}{' '}
      <button type="button" onClick={() => location.reload()}>
        {t('frame.reload')}
      </button>
    </p>
  )
}
