import type { Replay } from '../api-shapes.ts'
import { count, counted, duration, inWords } from './format.ts'
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
      <Chip kind={different ? 'bad' : KINDS[state]}>{inWords(state)}</Chip>
      {differences !== null && (
        <span class="dim"> {differences.count === 0 ? 'equal' : counted(differences.count, 'difference')}</span>
      )}
    </>
  )
}

export function ReplayProgress({ replay }: { readonly replay: Replay }) {
  const { projection, position, target, eventsPerSecond, etaSeconds } = replay
  return (
    <span class="progress">
      <progress max={Math.max(1, target)} value={position} aria-label={`Replay of ${projection}`} />
      <span>
        {count(position)} of {counted(target, 'event')}
        {isUnderWay(replay) && `, ${count(Math.round(eventsPerSecond))}/s`}
        {isUnderWay(replay) && etaSeconds !== null && `, ${duration(etaSeconds)} left`}
      </span>
    </span>
  )
}
