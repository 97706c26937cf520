/** The reactors, under one lease, in the process: they share the executor of the role `api` where it is there. */
import { openReactorList, reactorNames } from '../../reactors/list.ts'
import { watchTroubles } from '../../reactors/operator/watch-troubles.ts'
import { ScoringProgress } from '../../reactors/fraud/scoring-progress.ts'
import { HeldPayments } from '../../reactors/payments/held-payments.ts'
import { wakesOf } from '../../reactors/serving/read-stretch.ts'
import { CONNECTIONS_BESIDE, serveReactors } from '../../reactors/serving/serve-reactors.ts'
import { simulatedCarrier } from '../../simulation/carrier.ts'
import { setTable, type SetTable } from '../../domain/payments/fraud.ts'
import { asking, type Asked } from '../../reactors/asking.ts'
import { StoreFailure, type Executor } from '../../store/commit/command.ts'
import { Hops } from '../../store/log/hops.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { appendNotice, LOG_CHANNEL } from '../../store/log/append.ts'
import { newId } from '../clock.ts'
import { openGateway } from '../gateway/open-gateway.ts'
import { crashPoints } from '../crash-points.ts'
import { openMail } from '../mail/open-mail.ts'
import { openDatabaseClock } from '../start/open-database-clock.ts'
import { openCommitter } from './open-committer.ts'
import type { OpenWork, WorkParts } from './open-work.ts'

const monotonic = () => performance.now()

/** The same parcels fail, no matter which process plays the carrier. */
const CARRIER_SEED = 1

export const openReactorWork: OpenWork = async (parts) => {
  const { databaseUrl, crash, log, releases, notices, effects } = parts
  if (effects === null) throw new Error('reactors run in the process, which knows how money is moved and mail is sent')
  const { payments, deliverySimulation, allowed } = effects
  const pool = openPool(databaseUrl, {
    name: 'reactor',
    max: reactorNames.length + CONNECTIONS_BESIDE,
    // Rows and checkpoint are lost together in a crash of the server; a command that is asked for again is harmless.
    settings: { ...READER_SETTINGS, synchronous_commit: 'off' },
  })
  releases.add('reactor pool', () => pool.end())
  const gateway = openGateway(payments, { log, releases })
  const mail = openMail(effects.mail, { databaseUrl, pool, log })
  const carrier = deliverySimulation ? simulatedCarrier(CARRIER_SEED) : null
  const { score, minutes } = effects.fraudHold
  const hold =
    score === null
      ? null
      : { score, scoring: new ScoringProgress(pool, monotonic), held: new HeldPayments(pool, monotonic) }
  const reactors = openReactorList({
    payments: { gateway, transferDays: payments.transferDays, holdMs: minutes * 60_000, hold },
    mail,
    stockOuts: { limit: effects.restockAlert },
    fraud: { table: effects.fraudTable, scoring: hold?.scoring ?? null },
    carrier,
  })
  const clock = await openDatabaseClock({ pool, log, releases })
  const executor = parts.executor ?? (await startCommitter(parts, pool))
  const moved = new LatchedSignal()
  const isUrgent = wakesOf(reactors)
  await notices.hear(LOG_CHANNEL, (payload) => {
    if (isUrgent(appendNotice(payload).types)) moved.wake()
  })
  await putInForce(effects.fraudTable, { executor, newId, log })
  const worker = serveReactors({
    ...{ pool, reactors, owner: newId(), executor, newId, clock, log, moved, effects: allowed },
    ...(effects.mail.operator === null
      ? {}
      : {
          alongside: (signal: AbortSignal) =>
            watchTroubles({ pool, names: reactors.map(({ name }) => name), newId }, signal),
        }),
    monotonic,
    reachPoint: crashPoints({ crash }),
  })
  releases.add('reactors', () => worker.stop())
  // Ended first: what is being sent ends within a moment, and the reactors wait for that.
  releases.add('mail', () => mail.close())
  return {
    detail: reactors.map(({ name }) => name).join(', '),
    reports: () => ({ reactors: { health: worker.health(), figures: {}, feed: null } }),
  }
}

/**
 * Before the first attempt to pay, where that can be: where it cannot, the reactor goes on asking once it works, and all else
 * starts. What is in force stays.
 */
async function putInForce(table: SetTable, { log, ...asked }: Asked & Pick<WorkParts, 'log'>): Promise<void> {
  try {
    await asking(asked, null).ask((read) => setTable(table, read))
  } catch (error) {
    const why = error instanceof StoreFailure ? 'the store took no command' : 'what is in force cannot be read'
    log.warn({ err: error }, `the table of fraud rules is not in force yet: ${why}`)
  }
}

async function startCommitter(
  { databaseUrl, metrics, crash, hops, log, notices, releases }: WorkParts,
  pool: Pool,
): Promise<Executor> {
  const committer = openCommitter({
    ...{ databaseUrl, pool, metrics, crash, log, limits: {} },
    hops: hops === null ? null : new Hops(hops),
  })
  await notices.hear(LOG_CHANNEL, (payload) => committer.headMoved(appendNotice(payload).head))
  await committer.start()
  releases.add('committer', () => committer.stop())
  return committer
}
