import type { Replay } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { duration } from './format.ts'
import { Chip } from './notes.tsx'

const KINDS = {
  running: 'waiting',
  comparing: 'waiting',
  paused: 'quiet',
  cancelled: 'quiet',
  switched: 'good',
  checked: 'good',
  refused: 'bad',
  failed: 'bad',
} as const

/** Whether it still has something to do. */
export function isUnderWay({ state }: Replay): boolean {
  return state === 'running' || state === 'comparing' || state === 'paused'
}

export function ReplayState({ replay: { state, differences } }: { readonly replay: Replay }) {
  const different = state === 'checked' && differences !== null && differences.count > 0
  return (
    <>
      <Chip kind={different ? 'bad' : KINDS[state]}>{t(`replay.state.${state}`)}</Chip>
      {differences !== null && (
        <span class="dim">
          {' '}
          {differences.count === 0 ? t('projections.equal') : t('projections.differences', { n: differences.count })}
        </span>
      )}
    </>
  )
}

export function ReplayProgress({ replay }: { readonly replay: Replay }) {
  const { projection, position, target, eventsPerSecond, etaSeconds } = replay
  return (
    <span class="progress">
      <progress max={Math.max(1, target)} value={position} aria-label={t('replay.of', { name: projection })} />
      <span>
        {t('replay.progress', { position, n: target })}
        {isUnderWay(replay) && t('replay.rate', { n: Math.round(eventsPerSecond) })}
        {isUnderWay(replay) && etaSeconds !== null && t('replay.left', { duration: duration(etaSeconds) })}
      </span>
    </span>
  )
}
