/** The small things that say how it stands: troubles, empty pages, how fresh the numbers are. */
import type { ComponentChildren } from 'preact'
import type { Trouble } from '../api.ts'
import { now, useLive, type Live } from '../live.ts'
import type { Projection, ProjectionList } from '../api-shapes.ts'
import { count, dateTime, oneDecimal } from './format.ts'
import { href } from '../route.ts'

export function TroubleNote({ trouble }: { readonly trouble: Trouble | null }) {
  if (trouble === null) return null
  return (
    <p class="trouble" role="alert">
      <strong>{trouble.title}.</strong> {trouble.detail}
      {trouble.requestId !== null && (
        <>
          {' '}
          Request <code>{trouble.requestId}</code>
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
          Try <code>{command}</code>
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
  return (
    <p class="as-of">
      As of position {count(position)}
      {asOf !== null && asOf !== undefined && `, ${dateTime(asOf)}`}
      {projection === null
        ? `, received ${oneDecimal(Math.max(0, now.value - shown.at) / 1_000)} s ago`
        : `, ${oneDecimal(projection.lagSeconds)} s behind`}
    </p>
  )
}

/** The state of a projection; null while the service does not tell. */
export function useProjection(name: string): Projection | null {
  const { shown } = useLive<ProjectionList>('/projections')
  return shown.value?.body.items.find((item) => item.name === name) ?? null
}

/** Stands on top of every page: what it shows may be of a read model that has stopped for good. */
export function StoppedProjections() {
  const { shown } = useLive<ProjectionList>('/projections')
  const failed = shown.value?.body.items.filter(({ state }) => state === 'failed') ?? []
  if (failed.length === 0) return null
  return (
    <p class="trouble" role="alert">
      <strong>Some numbers no longer change.</strong> Stopped at an event:{' '}
      {failed.map(({ name, lastError }, index) => (
        <span key={name}>
          {index > 0 && ', '}
          {name}
          {lastError !== null && ` (position ${count(lastError.position)}: ${lastError.message})`}
        </span>
      ))}
      . <a href={href('projections')}>Projections</a>
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
