/** The newest events, for a component. */
import { useRef } from 'preact/hooks'
import { useTopic } from '../following.ts'
import { useAnswers, type Live } from '../polling.ts'
import { tailOf, type Tail, type TailFilter } from './tail.ts'

/** Kept up while the component is there and not paused; resumed, it goes on behind its last. */
export function useTail(filter: TailFilter, paused = false): Live<Tail> {
  const head = useRef(0)
  const known = useTopic('projections').value?.items[0]?.head ?? null
  head.current = known ?? head.current
  const live = useAnswers(known === null || paused ? null : tailOf(filter, () => head.current))
  const last = useRef(live)
  if (!paused) last.current = live
  return last.current
}
