/** Replays that run while a service is killed, and what has to hold of them afterwards. */
import { eventually } from '../support/eventually.ts'

const REPLAYED = ['orders', 'sales']

interface Listed {
  readonly items: readonly { readonly projection: string; readonly state: string; readonly finishedAt: string | null }[]
}

/** Begins a replay of each where none is under way; a service that is away just now is asked again with the next batch. */
export async function startReplays(url: () => string): Promise<void> {
  for (const name of REPLAYED) {
    await fetch(`${url()}/projections/${name}/replay`, { method: 'POST' }).catch(() => undefined)
  }
}

/** What was under way is finished by the service itself, and a later replay equals what is live (law 7). */
export async function expectReplaysEqual(url: () => string): Promise<void> {
  const list = async () => (await (await fetch(`${url()}/replays?limit=200`)).json()) as Listed
  const idle = async () => (await list()).items.every(({ finishedAt }) => finishedAt !== null)
  await eventually(idle, { timeout: 60_000 })
  await startReplays(url)
  await eventually(idle, { timeout: 60_000 })
  const { items } = await list()
  const unequal = items.filter(({ state }) => state !== 'switched')
  if (unequal.length > 0) throw new Error(`replays did not end as they should: ${JSON.stringify(unequal)}`)
}
