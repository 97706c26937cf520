/** A command on its way: one at a time, and what came of it. */
import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { newKey, RequestFailed, send, type Command, type Trouble } from '../api.ts'
import { refresh } from '../polling.ts'

export interface Sending {
  readonly busy: ReadonlySignal<boolean>
  readonly trouble: ReadonlySignal<Trouble | null>
  /** The answer; null when it failed, which `trouble` tells, or when another one is under way. */
  run<Body>(command: Command): Promise<Body | null>
  /** What failed before is over. */
  forget(): void
}

export function useSending(): Sending {
  const busy = useSignal(false)
  const trouble = useSignal<Trouble | null>(null)
  /** A command that may have been done: sent again, it is the same one. */
  const inDoubt = useRef<{ readonly key: string; readonly text: string } | null>(null)
  return {
    busy,
    trouble,
    forget: () => (trouble.value = null),
    async run<Body>(command: Command) {
      if (busy.value) return null
      busy.value = true
      trouble.value = null
      const text = JSON.stringify(command)
      const key = inDoubt.current?.text === text ? inDoubt.current.key : newKey()
      inDoubt.current = null
      try {
        const body = await send<Body>(command, key)
        refresh()
        return body
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error
        const { status } = error.trouble
        if (status === null || status >= 500) inDoubt.current = { key, text }
        trouble.value = error.trouble
        return null
      } finally {
        busy.value = false
      }
    },
  }
}
