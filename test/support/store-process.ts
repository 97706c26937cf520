/** The store as one process runs it; several of them on one database stand for several processes. */
import type pg from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { openCommitter, UNWATCHED } from '../../app/roles/open-committer.ts'
import { appendNotice } from '../../store/log/append.ts'
import { beginBehindLock } from '../../store/log/append.ts'
import { type Execution, StoreFailure } from '../../store/commit/command.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { BatchReport } from '../../store/commit/committer.ts'
import type { GroupCommit, GroupCommitLimits } from '../../store/commit/group-commit.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { StreamCache } from '../../store/commit/stream-cache.ts'
import { WriterConnection } from '../../store/commit/writer-connection.ts'
import { testDatabase, type TestDatabase } from './database.ts'

export interface StoreProcess {
  readonly committer: GroupCommit
  readonly cache: StreamCache
  readonly pool: pg.Pool
  /** The log has grown, where it listens. */
  readonly moved: LatchedSignal
  readonly batches: readonly BatchReport[]
  /** Whatever went wrong on the way, mended or not. */
  readonly errors: readonly unknown[]
  stop(): Promise<void>
}

export interface StoreProcessOptions {
  readonly limits?: Partial<GroupCommitLimits>
  readonly cachedStreams?: number
  /** Where the committer writes, when that is not where everything else reads: a proxy. */
  readonly writerUrl?: string
  /** Hears of what others write. */
  readonly listens?: boolean
}

export async function startStoreProcess(url: string, options: StoreProcessOptions = {}): Promise<StoreProcess> {
  const { limits = {}, cachedStreams = 100_000, writerUrl = url, listens = false } = options
  const errors: unknown[] = []
  const batches: BatchReport[] = []
  const note = (error: unknown) => void errors.push(error)
  const pool = openPool(url, { name: 'test reader', settings: READER_SETTINGS, max: 2, onLost: note })
  const cache = new StreamCache({ streams: cachedStreams, bytes: 64 * 1024 * 1024 })
  const committer = openCommitter(
    { databaseUrl: writerUrl, pool, ...UNWATCHED, limits },
    { cache, onBatch: (batch) => batches.push(batch), onError: note },
  )
  await committer.start()
  const moved = new LatchedSignal()
  const listener = new Listener(url, {
    log: (head) => {
      committer.headMoved(appendNotice(head).head)
      moved.wake()
    },
  })
  if (listens) await listener.start()
  return {
    committer,
    cache,
    pool,
    moved,
    batches,
    errors,
    async stop() {
      await listener.stop()
      await committer.stop()
      await pool.end()
    },
  }
}

/** Gives each test of a file a database of its own, and stops what was started on it. */
export function storeProcesses() {
  let database: TestDatabase
  let running: StoreProcess[] = []

  beforeEach(async () => {
    database = await testDatabase()
  })

  afterEach(async () => {
    await Promise.all(running.map((one) => one.stop()))
    running = []
    await database.drop()
  })

  return {
    url: () => database.url,
    async start(options?: StoreProcessOptions): Promise<StoreProcess> {
      const started = await startStoreProcess(database.url, options)
      running.push(started)
      return started
    },
    /** A session like a writer's that takes the head's lock and keeps it; the function gives it back. */
    async holdHead(): Promise<() => void> {
      const connection = new WriterConnection(database.url)
      await beginBehindLock(await connection.open(), 0, 0)
      return () => connection.discard()
    },
  }
}

/** The code of the store's failure, the message of any other one, or `no failure`. */
export function failureOf(execution: Promise<Execution>): Promise<unknown> {
  return execution.then(
    () => 'no failure',
    (error: unknown) => (error instanceof StoreFailure ? error.code : error instanceof Error ? error.message : error),
  )
}
