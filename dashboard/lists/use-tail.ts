/** The newest events, for a component. */
import { useRef } from 'preact/hooks'
import { useAnswers, type Live } from '../polling.ts'
import { tailOf, type Tail, type TailFilter } from './tail.ts'
import { useHead } from './use-head.ts'

/** Kept up while the component is there and not paused; resumed, it goes on behind its last. */
export function useTail(filter: TailFilter, paused = false): Live<Tail> {
  const { isKnown, head } = useHead()
  const live = useAnswers(!isKnown || paused ? null : tailOf(filter, head))
  const last = useRef(live)
  if (!paused) last.current = live
  return last.current
}
