/** The small things that say how it stands: troubles, empty pages, how fresh the numbers are. */
import type { ComponentChildren } from 'preact'
import type { Trouble } from '../api.ts'
import type { Projection } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import type { TopicName } from '../kept-topic.ts'
import { now, type Live } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { dateTime, oneDecimal } from './format.ts'

export function TroubleNote({ trouble }: { readonly trouble: Trouble | null }) {
  if (trouble === null) return null
  const { title, detail, requestId, faults } = trouble
  return (
    <p class="trouble" role="alert">
      <strong>{title}.</strong> {detail}
      {faults.map(({ pointer, message }) => (
        <span key={pointer} class="fault">
          {' '}
          <code>{pointer}</code> {message}.
        </span>
      ))}
      {requestId !== null && (
        <>
          {' '}
          Request <code>{requestId}</code>
        </>
      )}
    </p>
  )
}

/** Why something cannot be shown. That nothing answers at all is said once, on top of the page. */
export function ReadTrouble({ live }: { readonly live: Live<unknown> }) {
  const trouble = live.trouble.value
  return trouble?.status === null && live.shown.value !== null ? null : <TroubleNote trouble={trouble} />
}

/** What a page says that has nothing to show: why, and the next command to type. */
export function Empty({ children, command }: { readonly children: ComponentChildren; readonly command?: string }) {
  return (
    <p class="empty">
      {children}
      {command !== undefined && (
        <>
          {' '}
          {t('frame.try')} <code>{command}</code>
        </>
      )}
    </p>
  )
}

interface AsOfProps {
  readonly live: Live<{ readonly asOf?: string | null; readonly position: number }>
  /** The projection that it is read from. */
  readonly of: string
}

/** Which position the numbers show, and how far that is behind. */
export function AsOf({ live, of }: AsOfProps) {
  const shown = live.shown.value
  const projection = useProjection(of)
  if (shown === null) return null
  const { asOf } = shown.body
  const position = shown.position ?? shown.body.position
  const received = oneDecimal(Math.max(0, now.value - shown.at) / 1_000)
  return (
    <Position
      position={position}
      asOf={asOf ?? null}
      freshness={projection === null ? t('frame.received', { seconds: received }) : behindText(projection)}
    />
  )
}

/** As above, of what is followed. */
export function FollowedAsOf({ topic, of = topic }: { readonly topic: TopicName; readonly of?: string }) {
  const shown = useTopic(topic).value
  const projection = useProjection(of)
  if (shown === null) return null
  const { to, asOf } = shown
  return <Position position={to} asOf={asOf} freshness={projection === null ? null : behindText(projection)} />
}

function behindText({ lagSeconds }: Projection): string {
  return t('frame.behind', { seconds: oneDecimal(lagSeconds) })
}

interface PositionProps {
  readonly position: number
  readonly asOf: string | null
  readonly freshness: string | null
}

function Position({ position, asOf, freshness }: PositionProps) {
  const facts = [t('frame.as-of', { n: position }), asOf === null ? null : dateTime(asOf), freshness]
  return <p class="as-of">{facts.filter((fact) => fact !== null).join(', ')}</p>
}

/** The state of a projection; null while the service does not tell. */
export function useProjection(name: string): Projection | null {
  return useTopic('projections').value?.items.find((item) => item.name === name) ?? null
}

/** Stands on top of every page: what it shows may be of a read model that has stopped for good. */
export function StoppedProjections() {
  const failed = useTopic('projections').value?.items.filter(({ state }) => state === 'failed') ?? []
  if (failed.length === 0) return null
  const told = failed.map(({ name, lastError }) => {
    if (lastError === null) return name
    const { position, message } = lastError
    return t('frame.stopped.why', { name, position, message })
  })
  return (
    <p class="trouble" role="alert">
      <strong>{t('frame.stopped')}</strong> {t('frame.stopped.at')} {told.join(', ')}.{' '}
      <a href={href('projections')}>{t('frame.page.projections')}</a>
    </p>
  )
}

const GLYPHS = { good: '●', open: '◔', waiting: '◐', bad: '▲', quiet: '○' } as const

/** A state in a word; the shape before it says the same as its colour. */
export function Chip({ kind, children }: { readonly kind: keyof typeof GLYPHS; readonly children: ComponentChildren }) {
  return (
    <span class={`chip ${kind}`}>
      <span aria-hidden="true">{GLYPHS[kind]}</span> {children}
    </span>
  )
}
