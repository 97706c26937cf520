/** Asks the running service for replays and watches them to their end. */
import type { CommandContext } from '../command-context.ts'
import { watchInterruption } from '../load/interruption.ts'
import { connect, type ServiceOptions } from '../client/service.ts'
import type { Replay } from '../../dashboard/api-shapes.ts'
import { namesOf, startReplays, waitForReplays, type ReplayWish } from '../client/replay-client.ts'
import { outcomeText } from '../output/replay-texts.ts'

/** `name`: of a projection, or `all`, which are built in one pass over the log. */
export async function runReplays(
  context: CommandContext,
  name: string,
  options: ServiceOptions & { readonly check?: true; readonly rate?: number; readonly acceptDifferences?: true },
): Promise<void> {
  const { output } = context
  const interruption = watchInterruption(() =>
    output.note('the service continues it; orderledger replay list shows it'),
  )
  const { signal } = interruption
  const client = await connect(context, { options, connections: 8, signal })
  try {
    const replays = await startReplays(client, await namesOf(client, name), wishOf(options))
    const progress = output.progress(`replay ${name}`, totalOf(replays))
    let done = 0
    const onProgress = (now: readonly Replay[]): void => {
      const reached = now.reduce((sum, { position }) => sum + position, 0)
      progress.advance(reached - done)
      done = reached
    }
    const finished = await waitForReplays(client, replays, { signal, onProgress }).finally(() => progress.stop())
    if (finished === null) return
    output.result({ items: finished }, () => outcomeText(finished))
    if (!finished.every(isWell)) context.exitWith(1)
  } finally {
    interruption.release()
    await client.close()
  }
}

function totalOf(replays: readonly Replay[]): number {
  return replays.reduce((sum, { target }) => sum + target, 0)
}

function wishOf({ check, rate, acceptDifferences }: ReplayWish): ReplayWish {
  return {
    ...(check === true && { check }),
    ...(acceptDifferences === true && { acceptDifferences }),
    ...(rate !== undefined && { rate }),
  }
}

function isWell({ state, differences }: Replay): boolean {
  return state === 'switched' || (state === 'checked' && differences?.count === 0)
}
