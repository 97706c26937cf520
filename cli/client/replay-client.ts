/** Projections and replays as the running service shows them. */
import { setTimeout as delay } from 'node:timers/promises'
import { StartFailure } from '../../app/start-failure.ts'
import type { Projection, Replay } from '../../dashboard/api-shapes.ts'
import type { HttpClient, Reply } from './http-client.ts'
import { problemCode } from '../load/delivery.ts'
import { requireSuccess } from './service.ts'

export interface ReplayWish {
  readonly check?: boolean
  readonly rate?: number
  readonly acceptDifferences?: boolean
}

const POLL_MS = 250

export async function readProjections(client: HttpClient): Promise<readonly Projection[]> {
  return itemsOf<Projection>(await asked(client, await client.get('/projections'), 'GET /projections'))
}

export async function readReplays(client: HttpClient): Promise<readonly Replay[]> {
  return itemsOf<Replay>(await asked(client, await client.get('/replays'), 'GET /replays'))
}

export async function readReplay(client: HttpClient, replayId: string): Promise<Replay> {
  const path = `/replays/${encodeURIComponent(replayId)}`
  return (await asked(client, await client.get(path), `GET ${path}`)) as Replay
}

/** Asks for one replay of each; throws a StartFailure that says what is in the way. */
export async function startReplays(
  client: HttpClient,
  names: readonly string[],
  wish: ReplayWish,
): Promise<readonly Replay[]> {
  const started: Replay[] = []
  for (const name of names) {
    const path = `/projections/${encodeURIComponent(name)}/replay`
    started.push((await asked(client, await client.post(path, JSON.stringify(wish)), `POST ${path}`)) as Replay)
  }
  return started
}

export async function post(client: HttpClient, path: string): Promise<unknown> {
  return asked(client, await client.post(path, '{}'), `POST ${path}`)
}

/** How long the first batch after a resume is waited for. */
const RESUME_MS = 10_000

/** `shown`: its first batch, or it is at the head. `waiting`: neither that nor a failure, within 10 s. */
export interface ResumedProjection extends Projection {
  readonly outcome: 'shown' | 'failed' | 'waiting'
}

/** Resumes them all, then waits for what becomes of the first batch of each. */
export async function resumeProjections(
  client: HttpClient,
  names: readonly string[],
): Promise<readonly ResumedProjection[]> {
  const before = new Map((await readProjections(client)).map((projection) => [projection.name, projection.position]))
  for (const name of names) await post(client, `/projections/${name}/resume`)
  const signal = AbortSignal.timeout(RESUME_MS)
  for (;;) {
    const now = (await readProjections(client))
      .filter(({ name }) => names.includes(name))
      .map((projection) => ({ ...projection, outcome: outcomeOf(projection, before.get(projection.name) ?? 0) }))
    if (now.every(({ outcome }) => outcome !== 'waiting')) return now
    const rested = await delay(POLL_MS, true, { signal }).catch(() => false)
    if (!rested) return now
  }
}

function outcomeOf({ state, position, lagEvents }: Projection, before: number): ResumedProjection['outcome'] {
  if (state === 'failed') return 'failed'
  return position > before || lagEvents === 0 ? 'shown' : 'waiting'
}

export async function cancel(client: HttpClient, replayId: string): Promise<void> {
  const path = `/replays/${encodeURIComponent(replayId)}`
  await asked(client, await client.delete(path), `DELETE ${path}`)
}

/** All of them, or the one that is named; throws a StartFailure for an unknown name. */
export async function namesOf(client: HttpClient, name: string): Promise<readonly string[]> {
  const names = (await readProjections(client)).map((projection) => projection.name)
  if (name === 'all') return names
  if (names.includes(name)) return [name]
  throw new StartFailure({
    code: 'projection-not-found',
    exitCode: 2,
    what: `no projection is named ${name}`,
    tried: `GET ${client.url}/projections`,
    next: `one of: all, ${names.join(', ')}`,
  })
}

/** Asks until all of them are finished; null when `signal` came first. */
export async function waitForReplays(
  client: HttpClient,
  replays: readonly Replay[],
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (now: readonly Replay[]) => void },
): Promise<readonly Replay[] | null> {
  for (;;) {
    const now = await Promise.all(replays.map(({ replayId }) => readReplay(client, replayId)))
    onProgress(now)
    if (now.every(({ finishedAt }) => finishedAt !== null)) return now
    const rested = await delay(POLL_MS, true, { signal }).catch(() => false)
    if (!rested) return null
  }
}

async function asked(client: HttpClient, reply: Reply, what: string): Promise<unknown> {
  if (problemCode(reply) === 'replay-unfinished') {
    const { detail } = reply.body as { readonly detail: string }
    throw new StartFailure({
      code: 'replay-unfinished',
      exitCode: 1,
      what: detail,
      tried: `${what} at ${client.url}`,
      next: 'orderledger replay list, then orderledger replay status ID or orderledger replay cancel ID',
    })
  }
  requireSuccess(reply, `${what} at ${client.url}`)
  return reply.body
}

function itemsOf<Item>(body: unknown): readonly Item[] {
  return (body as { readonly items: readonly Item[] }).items
}
