/** Where the log ends, for a component. */
import { useRef } from 'preact/hooks'
import { useTopic } from '../following.ts'

interface Head {
  /** False: the service has not told it yet. */
  readonly isKnown: boolean
  /** As it is when asked; 0: nobody has told. */
  readonly head: () => number
}

export function useHead(): Head {
  const last = useRef(0)
  const known = useTopic('projections').value?.items[0]?.head ?? null
  last.current = known ?? last.current
  return { isKnown: known !== null, head: () => last.current }
}
