/** Where the command `lag` gets its numbers from: the service that runs, else the cluster and the database themselves. */
import { systemClock } from '../../app/clock.ts'
import { logReaders } from '../../app/roles/log-readers.ts'
import { readRunFile } from '../../app/start/run-file.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { LagReport } from '../../kafka/lag/lag-report.ts'
import { LagSampler, type LagSamplerParts } from '../../kafka/lag/lag-sampler.ts'
import { Progress } from '../../projections/live/progress.ts'
import { namesOfReactors } from '../../reactors/list.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { connect, requireSuccess, type ServiceOptions } from '../client/service.ts'

export interface LagAsked extends ServiceOptions {
  readonly group?: string
}

const NO_SUCH_ROUTE = 404

export type ReadLag = () => Promise<LagReport>

export interface LagWork {
  readonly signal: AbortSignal
  /** Calls `read` as often as it likes. */
  readonly work: (read: ReadLag) => Promise<void>
}

/** A service watches with its own settings and rights; without one this process watches with ours. */
export async function withLag(context: CommandContext, asked: LagAsked, { signal, work }: LagWork): Promise<void> {
  const running = asked.url !== undefined || (readRunFile(context.config().dataDir)?.url ?? null) !== null
  if (!running) return directly(context, work)
  const answered = await throughService(context, asked, { signal, work })
  if (answered) return
  context.output.note(
    'the service that runs does not have the role api: looking at the cluster and the database directly',
  )
  return directly(context, work)
}

/** False: it is a service that does not answer this, and nothing was done. */
async function throughService(context: CommandContext, asked: LagAsked, { signal, work }: LagWork): Promise<boolean> {
  const client = await connect(context, { options: asked, connections: 1, signal })
  try {
    if ((await client.get('/lag')).status === NO_SUCH_ROUTE) return false
    await work(async () => {
      const reply = await client.get('/lag')
      requireSuccess(reply, `GET ${client.url}/lag`)
      return reply.body as LagReport
    })
    return true
  } finally {
    await client.close()
  }
}

async function directly(context: CommandContext, work: LagWork['work']): Promise<void> {
  const config = context.config()
  const { kafka } = config
  try {
    await withDatabase(context, { command: 'lag', create: false }, async ({ url }) => {
      const pool = openPool(url, { name: 'lag', max: 2, settings: READER_SETTINGS })
      try {
        await requireSchema(pool)
        const readers = { progress: new Progress(systemClock), kafka, reactors: namesOfReactors(config) }
        await sampled(context, logReaders(pool, readers), work)
      } finally {
        await pool.end()
      }
    })
  } catch (error) {
    const alone = error instanceof StartFailure && error.code === 'no-database' && kafka !== null
    if (!alone) throw error
    context.output.note('no database found, so the readers of the log are not shown; set DATABASE_URL to show them')
    await sampled(context, null, work)
  }
}

async function sampled(
  context: CommandContext,
  readers: LagSamplerParts['readers'],
  work: LagWork['work'],
): Promise<void> {
  const { kafka } = context.config()
  const sampler = new LagSampler({ kafka, readers, clock: systemClock, monotonic: () => performance.now() })
  try {
    await work(() => sampler.report())
  } finally {
    await sampler.stop()
  }
}
