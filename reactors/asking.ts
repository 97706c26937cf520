/** Asking the store where nobody waits for an answer: without a key, since the decision reads the streams. */
import { accept, type Decision, type Read } from '../domain/decision.ts'
import type { Executor } from '../store/commit/command.ts'

export interface Asked {
  readonly executor: Executor
  /** A new UUID version 7. */
  readonly newId: () => string
}

export interface Asking {
  /** What the streams say now. Rejects with a StoreFailure while the store is away. */
  look<Found>(find: (read: Read) => Found): Promise<Found>
  /** The refusal of a command, else null: it is done. Rejects with a StoreFailure while the store is away. */
  ask<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<Refusal | null>
}

/** `cause`: the id of the event that the commands answer; null: none. */
export function asking({ executor, newId }: Asked, cause: string | null): Asking {
  async function ask<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<Refusal | null> {
    const commandId = newId()
    const execution = await executor.execute({
      ...{ decide, answer: () => null, key: null, yields: true },
      ...{ commandId, correlationId: commandId, causationId: cause },
    })
    return execution.outcome === 'refused' ? execution.refusal : null
  }
  return {
    ask,
    async look<Found>(find: (read: Read) => Found): Promise<Found> {
      const found: Found[] = []
      await ask((read) => {
        found[0] = find(read)
        return accept()
      })
      // A decision that was accepted has run.
      return found[0] as Found
    },
  }
}
